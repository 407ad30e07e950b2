"""Build the course as a static site: the lessons as they were run, and the reference of all magics.

    make book        in build/book/site, for any web server, or for a browser by itself

Nothing is run and nothing is fetched: the outputs are those that the notebooks hold. Solutions are folded away, and notes
for those who teach are left out. It needs the dependency group "book".
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat

from dockermagic.course.solutions import BEGIN, END
from tools.reference import reference

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "book"
SOURCE, SITE = BUILD / "source", BUILD / "site"

CONF = """
project = "dockermagic"
html_title = "Learn Docker by doing it"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # outputs are plain markup; what would load widgets comes from elsewhere
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "sphinx_book_theme"
html_theme_options = {"show_navbar_depth": 1, "home_page_in_toc": True, "use_download_button": False}
html_static_path = ["static"]
html_css_files = ["book.css"]
html_show_sourcelink = False
html_copy_source = False
suppress_warnings = ["mystnb.unknown_mime_type", "misc.highlighting_failure"]  # Dockerfiles in cells are no Python
nb_render_error_lexer = "text"
"""

CSS = """
/* Our pictures carry their own look, for light and dark: the theme's rules for tables, code and paper
   below outputs are not for them. */
html .bd-content div.cell_output .text_html {
  background-color: transparent !important; color: var(--pst-color-text-base) !important; padding: 0;
}
html .bd-content div.cell_output section :is(code, pre, caption, b, strong) { color: inherit; }
html .bd-content div.cell_output section pre { border: none; }
html .bd-content div.cell_output section img { background: none !important; filter: none !important; padding: 0 !important; }
html .bd-content div.cell_output section table { display: table; overflow: visible; }
html .bd-content div.cell_output section :is(tr, td, th) { border-bottom: none; background-color: transparent; }
header.bd-header { display: none; }
"""


def lessons() -> list[Path]:
    """Give the lessons' notebooks, in order."""
    return sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def write_source() -> None:
    """Write what Sphinx reads."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    (SOURCE / "static").mkdir(parents=True)
    (SOURCE / "docs").mkdir()
    (SOURCE / "conf.py").write_text(CONF)
    (SOURCE / "static" / "book.css").write_text(CSS)
    shutil.copy(ROOT / "docs" / "timeline.png", SOURCE / "docs")
    for lesson in lessons():
        nbformat.write(for_readers(nbformat.read(lesson, as_version=4)), SOURCE / lesson.name)
    (SOURCE / "reference.md").write_text(reference())
    (SOURCE / "index.md").write_text(index((ROOT / "README.md").read_text()))


def for_readers(lesson: Any) -> Any:
    """Give a lesson without its notes for those who teach, and with its solutions folded away."""
    lesson.cells = [cell for cell in lesson.cells if "instructor" not in cell.metadata.get("tags", [])]
    for cell in lesson.cells:
        if BEGIN in cell.source:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-cell"]
            cell.metadata["mystnb"] = {"code_prompt_show": "Show a solution", "code_prompt_hide": "Hide the solution"}
            cell.source = "\n".join(line for line in cell.source.split("\n") if line.strip() not in (BEGIN, END))
    return lesson


def index(readme: str) -> str:
    """Give the first page: the README's beginning, and what there is."""
    begin = readme.partition("\nTwo commands,")[0].replace("# dockermagic", "# Learn Docker by doing it", 1)
    pages = "\n".join(lesson.stem for lesson in lessons())
    return (
        f"{begin.strip()}\n\n```{{toctree}}\n:caption: Lessons\n:maxdepth: 1\n\n{pages}\n```\n\n"
        "```{toctree}\n:caption: To look up\n:maxdepth: 2\n\nreference\n```\n"
    )


def asked_elsewhere(site: Path) -> list[str]:
    """Give what the pages would load from other places: scripts, styles, pictures; links that are clicked are none."""
    loads = re.compile(r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=\"((?:https?:)?//[^\"]+)\"")
    return sorted({f"{page.name}: {found}" for page in site.rglob("*.html") for found in loads.findall(page.read_text())})


def main() -> int:
    """Build it; 1 when Sphinx warns, or when a page would load something from elsewhere."""
    from sphinx.cmd.build import build_main

    write_source()
    failed = build_main(["-q", "-W", "--keep-going", "-b", "html", "-d", str(BUILD / "doctrees"), str(SOURCE), str(SITE)])
    elsewhere = asked_elsewhere(SITE)
    for line in elsewhere:
        print(f"loaded from elsewhere: {line}")
    if not failed and not elsewhere:
        print(f"book: {os.path.relpath(SITE / 'index.html')}")
    return 1 if failed or elsewhere else 0


if __name__ == "__main__":
    sys.exit(main())
