"""The course in a pod, from a cold start: run inside it, by the tests; prints what became of each lesson as a line of JSON.

python embedded_course.py FOLDER IMAGE… -- LESSON…
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

LIMIT = 240
"""Seconds that a cell may take."""
RESTS = 120
"""Seconds after the last lesson within which the engine gives back what it does not need."""
ENOUGH = 300
"""MB that it may hold then."""


def told(**facts: object) -> None:
    print("\nfact", json.dumps(facts), flush=True)


def engines_memory() -> dict[str, int]:
    """Give what the engine's processes hold, in MB; a page that several share counts once."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, StopIteration):
            line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            name = next(name for name in ("parts/linux", "network.py", "embedded.supervisor") if name in line)
            sizes = [row.split() for row in (path / "smaps_rollup").read_text().splitlines()[1:]]
            held = next(int(row[1]) for row in sizes if row[0] == "Pss:")
            found[name] = found.get(name, 0) + held
    return {name: held >> 10 for name, held in found.items()}


def ran(source: Path) -> str:
    """Run a lesson, and give what went wrong."""
    import jupytext
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = jupytext.read(source)
    environment = {**os.environ, "JPY_SESSION_NAME": str(source.with_suffix(".ipynb"))}
    client = NotebookClient(notebook, timeout=LIMIT, kernel_name="python3", resources={"metadata": {"path": str(source.parent)}})
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        return str(error)[-1500:]
    return ""


def main() -> None:
    from dockermagic.engine import search
    from dockermagic.engine.embedded import need

    given, _, lessons = " ".join(sys.argv[1:]).partition(" -- ")
    source, *images = given.split()
    folder = Path.cwd() / "notebooks"
    shutil.copytree(source, folder, dirs_exist_ok=True)
    began = time.monotonic()
    need.choose("embedded")
    engine = search(folders=(folder,)).engine
    assert engine is not None
    told(name="start", seconds=round(time.monotonic() - began, 1), memory=engines_memory())
    for image in images:
        with open(image, "rb") as file:
            for _ in engine.api.load_image(file, quiet=True) or ():
                pass
    there = sorted(tag for image in engine.api.images() for tag in image["RepoTags"] or ())
    told(name="images", there=there, seconds=round(time.monotonic() - began, 1), memory=engines_memory())
    for name in lessons.split():
        began = time.monotonic()
        failed = ran(folder / f"{name}.md")
        told(name=name, seconds=round(time.monotonic() - began, 1), failed=failed, memory=engines_memory())
    began = time.monotonic()
    while sum(engines_memory().values()) > ENOUGH and time.monotonic() < began + RESTS:
        time.sleep(1)
    told(name="rest", seconds=round(time.monotonic() - began, 1), memory=engines_memory())
    told(name="end", stopped=bool(need.HERE.link))


if __name__ == "__main__":
    main()
