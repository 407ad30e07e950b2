"""A real kernel that runs cells and says how long they took: what a learner waits for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

TIMED = """
import time as _time, json as _json
from IPython.core.getipython import get_ipython as _shell
def _timed(line, cell):
    began = _time.perf_counter()
    _shell().run_cell_magic("dockerfile", line, cell)
    print("took", _json.dumps(_time.perf_counter() - began))
"""


class Kernel:
    """A kernel with dockermagic loaded, driven as a front end drives it (it may answer input(), so the live view is on)."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client
        self.run("%load_ext dockermagic\n" + TIMED)

    def run(self, code: str) -> str:
        """Run a cell; give what it printed.

        Raises:
            RuntimeError: the cell raised.
        """
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = self._client.execute_interactive(code, timeout=300, output_hook=hear, allow_stdin=True)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"].get("traceback", [])))
        return "".join(printed)

    def build(self, line: str, cell: str) -> float:
        """Run `%%dockerfile`; give its seconds as the kernel measured them."""
        printed = self.run(f"_timed({line!r}, {cell!r})")
        return float(json.loads(printed.rsplit("took ", 1)[1]))

    @property
    def memory(self) -> int:
        """The kernel's resident memory, in bytes."""
        return int(psutil.Process(self._manager.provisioner.pid).memory_info().rss)  # type: ignore[union-attr]  # a local kernel


@contextmanager
def kernel(folder: Path, url: str) -> Iterator[Kernel]:
    """Start a kernel in a folder, with an engine named by DOCKER_HOST; end it afterwards."""
    import os

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env={**os.environ, "DOCKER_HOST": url})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
