"""Make the lessons: run each notebooks/*.md from top to bottom and write the notebook that results beside it.

python tools/notebooks.py            all of them
python tools/notebooks.py 01-…       those whose names begin so
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

LESSONS = Path(__file__).resolve().parents[1] / "notebooks"
RESOLVER = re.compile(r" on \d+(\.\d+){3}:53\b")


def run(source: Path, cache: str) -> nbformat.NotebookNode:
    """Run a lesson; give the notebook with its outputs.

    Parameters:
        cache: the folder where earlier lessons have kept what they built, as one learner's would.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed that is not tagged `raises-exception`.
    """
    notebook: nbformat.NotebookNode = jupytext.read(source)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(source.parent)}})
    with tempfile.TemporaryDirectory() as nobody:  # who makes the lessons has done no exercise before
        homes = {"XDG_DATA_HOME": nobody, "XDG_CACHE_HOME": cache}
        client.execute(env={**os.environ, "JPY_SESSION_NAME": str(source.with_suffix(".ipynb")), **homes})
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        # Names that stay the same from one making to the next keep the difference to what really changed.
        cell["id"] = f"cell-{number:02}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell["outputs"] = elsewhere(cell["outputs"])
    return notebook


def elsewhere(found: Any) -> Any:
    """Put a learner's folder into the place of the folder on this machine, which bind mounts tell, and leave its resolver out."""
    if isinstance(found, str):
        return RESOLVER.sub("", found.replace(str(LESSONS), "/home/learner/notebooks"))
    if isinstance(found, list):
        return [elsewhere(each) for each in found]
    if isinstance(found, dict):
        return type(found)({name: elsewhere(each) for name, each in found.items()})
    return found


def main(beginnings: list[str]) -> int:
    """Make the lessons whose names begin as asked."""
    with tempfile.TemporaryDirectory() as cache:
        for source in sorted(LESSONS.glob("[0-9]*.md")):
            if beginnings and not source.name.startswith(tuple(beginnings)):
                continue
            began = time.monotonic()
            print(f"notebooks: {source.stem}", end="", flush=True)
            nbformat.write(run(source, cache), source.with_suffix(".ipynb"))
            print(f" ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
