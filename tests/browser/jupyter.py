"""A real JupyterLab for tests, in directories of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
}


TOKEN = "tests"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, and the folder that it serves."""

    url: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        """Give the address that opens a notebook alone, in a workspace without a past."""
        return f"{self.url}lab/tree/{notebook}?token={self.token}&reset"


def write_settings(config: Path) -> None:
    """Write what a test's JupyterLab does otherwise than a learner's: it looks for no news, and saves nothing by itself.

    Parameters:
        config: the folder that JUPYTER_CONFIG_DIR names.
    """
    for name, setting in SETTINGS.items():
        path = config / "lab/user-settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting))


def options(folder: str) -> list[str]:
    """Give the options of a JupyterLab that tests can drive.

    Parameters:
        folder: that it serves.
    """
    return [
        "--no-browser",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]


def answers(url: str) -> bool:
    """Whether a Jupyter server answers at an address."""
    try:
        with urllib.request.urlopen(f"{url}api/status?token={TOKEN}", timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def running_lab(home: Path, seconds: float = 60.0) -> Iterator[Lab]:
    """Start JupyterLab with all its directories below `home`, and end it.

    Raises:
        RuntimeError: it did not answer within `seconds`.
    """
    folder = home / "work"
    folder.mkdir(parents=True)
    write_settings(home / "config")
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    environment = {**os.environ, **{name: str(home / place) for name, place in places.items()}}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (home / "lab.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", "--port=0", "--ip=127.0.0.1", *options(str(folder)), *root]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            yield Lab(_address(home, process, seconds), TOKEN, folder)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(home: Path, process: subprocess.Popen[bytes], seconds: float) -> str:
    """Wait until the server has written where it is and answers there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = str(json.loads(path.read_text())["url"])
            except (ValueError, OSError):
                continue
            if answers(url):
                return url
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'lab.log').read_text()[-2000:]}")
