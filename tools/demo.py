"""Run a lesson from end to end, print its pictures as text, and leave it as a page of HTML.

    python tools/demo.py [NOTEBOOK] [--out PAGE]

The page loads nothing from anywhere: a classroom may be offline.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "01-images-and-containers.ipynb"
CELL_LIMIT = 300
SCRIPT = re.compile(r"<script\b.*?</script>", re.IGNORECASE | re.DOTALL)
OUTSIDE = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?(?:https?:)?//""", re.IGNORECASE)


class Demo:
    """One run of a notebook that says where it is."""

    def __init__(self, notebook: Path) -> None:
        self.path = notebook
        self.notebook = nbformat.read(notebook, as_version=4)
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []  # what an earlier run saved says nothing about this one
        self.code = [index for index, cell in enumerate(self.notebook.cells) if cell.cell_type == "code" and cell.source.strip()]

    def _begin(self, cell: Any, cell_index: int) -> None:
        first = cell.source.strip().splitlines()[0] if cell.source.strip() else ""
        if cell_index in self.code:
            print(f"demo: cell {self.code.index(cell_index) + 1} of {len(self.code)}: {first}", flush=True)

    def run(self) -> None:
        """Run every cell; a cell that fails unexpectedly ends the run."""
        print(f"demo: starting a kernel for {self.path.name}", flush=True)
        client = NotebookClient(
            self.notebook,
            timeout=CELL_LIMIT,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(self.path.parent)}},
            on_cell_start=self._begin,
        )
        client.execute()

    def texts(self) -> list[str]:
        """Give what the cells show, as text."""
        found = []
        for index in self.code:
            for output in self.notebook.cells[index].get("outputs", []):
                if output.output_type in ("execute_result", "display_data"):
                    found.append(str(output.data.get("text/plain", "")))
                elif output.output_type == "stream":
                    found.append(str(output.text))
                elif output.output_type == "error":
                    found.append("\n".join(output.traceback))
        return [text.rstrip() for text in found if text.strip()]

    def page(self) -> str:
        """Give the notebook as a page without the scripts that nbconvert puts into its head: they come from elsewhere."""
        html, _ = HTMLExporter(template_name="lab").from_notebook_node(self.notebook, {"metadata": {"name": self.path.stem}})
        head, end, body = str(html).partition("</head>")
        return SCRIPT.sub("", head) + end + body


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Run a lesson, print it as text, leave it as a page.")
    parser.add_argument("notebook", nargs="?", type=Path, default=LESSON)
    parser.add_argument("--out", type=Path, help="where the page goes (default: build/LESSON.html)")
    options = parser.parse_args(arguments)
    demo, began = Demo(options.notebook.resolve()), time.monotonic()
    failure = ""
    try:
        demo.run()
    except CellExecutionError as error:
        failure = f"A cell ended with {error.ename}: {error.evalue}."
    print()
    for text in demo.texts():
        print(f"{text}\n")
    page = options.out or ROOT / "build" / f"{options.notebook.stem}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    html = demo.page()
    page.write_text(html, encoding="utf-8")
    outside = OUTSIDE.findall(html)
    if failure or outside:
        print(f"demo: failed. {failure or f'the page loads {outside[0]}…'} The page so far: {page}", file=sys.stderr)
        return 1
    print(f"demo: {len(demo.code)} cells in {time.monotonic() - began:.0f} s. The page: {page.resolve().as_uri()}")
    print("demo: to open the course in JupyterLab: make lab (and make down ends what this has started)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
