"""Chromium for tests: where this machine has it, and how it is started, found among the processes, and killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import psutil

from tests.rig.processes import await_fact, started_at

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    """Give the path of this machine's Chromium; None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """A learner's browser: processes of its own, and a profile that the next one begins with.

    Parameters:
        playwright: that starts it.
        path: of the program.
        profile: the folder with what it remembers.
    """

    def __init__(self, playwright: Any, path: str, profile: Path) -> None:
        self._profile = profile
        self._context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=path, args=FLAGS, viewport={"width": 1280, "height": 900}
        )
        self.page = self._context.pages[0] if self._context.pages else self._context.new_page()

    def processes(self) -> list[psutil.Process]:
        """Give its processes: those that name its profile, which no other browser has, and all that they have started."""
        found = []
        for each in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(str(self._profile) in word for word in each.cmdline()):
                    found += [each, *each.children(recursive=True)]
        return list(dict.fromkeys(found))

    def kill(self) -> None:
        """Kill it, all its processes at once, as a machine does that is switched off or short of memory.

        Raises:
            RuntimeError: it is not there, or does not end.
        """
        ours = self.processes()
        groups = set()
        for each in ours:
            with contextlib.suppress(ProcessLookupError):
                groups.add(os.getpgid(each.pid))
        if not groups or os.getpgrp() in groups:
            raise RuntimeError("the browser has ended before, or is in the tests' own process group")
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if not await_fact(lambda: not any(started_at(each.pid) for each in ours), 10):
            raise RuntimeError(f"left of the browser: {ours}")
        self.close()

    def close(self) -> None:
        """Let go of it; it is closed, unless it was killed."""
        from playwright.sync_api import Error

        with contextlib.suppress(Error):  # what was killed cannot be asked
            self._context.close()
