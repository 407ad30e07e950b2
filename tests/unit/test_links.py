"""No link within the project is dead: files that are named, and headings that are jumped to. No network is needed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("binder/**/*.md"),
        *ROOT.glob("notebooks/[0-9]*.md"),
        *ROOT.glob("notebooks/apps/**/*.md"),
    ]
)
_CODE = re.compile(r"(?ms)^(`{3,}|~{3,}).*?^\1|`[^`\n]*`|^(?: {4}|\t).*$")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|(?m:^\[[^\]]+\]:\s*(\S+))|(?:href|src)=\"([^\"]+)\"")


@cache
def words(page: Path) -> str:
    """Give a page's prose: of a lesson, its cells of text."""
    if page.parent.name == "notebooks":
        text = "\n\n".join(cell.source for cell in jupytext.read(page).cells if cell.cell_type == "markdown")
    else:
        text = page.read_text(encoding="utf-8")
    return _CODE.sub("", text)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Give the anchors of a page's headings, as GitHub, JupyterLab and MyST write them."""
    found = set(re.findall(r"\b(?:id|name)=\"([^\"]+)\"|(?m:^\(([\w-]+)\)=)", words(page)))
    names = {name for pair in found for name in pair if name}
    for heading in re.findall(r"(?m)^#{1,6}\s+(.+?)\s*#*$", words(page)):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        names |= {plain.replace(" ", "-"), re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")}
    return frozenset(names)


def dead(page: Path, link: str) -> str:
    """Say what is wrong with a link; nothing where it leads somewhere, or out of the project."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//", link):
        return ""
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return f"{link}: there is no {path}"
    source = target.with_suffix(".md") if target.suffix == ".ipynb" else target
    if anchor and source.suffix == ".md" and anchor not in anchors(source):
        return f"{link}: {source.name} has no heading “{anchor}”"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [next(filter(None, each)) for each in _LINK.findall(words(page))]
    assert [trouble for trouble in (dead(page, link) for link in links) if trouble] == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading: two\n[a](nowhere.md) [b](#a-heading-two) [c](#other) [d](page.md) `[e](code.md)`\n\n![f](g.png)\n"
    )
    links = [next(filter(None, each)) for each in _LINK.findall(words(page))]
    assert [link for link in links if dead(page, link)] == ["nowhere.md", "#other", "g.png"]


def test_pages_name_only_files_that_are_there() -> None:
    """What README and CONTRIBUTING name in code as a file of the project exists."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        named = re.findall(r"`((?:tests|tools|docs|notebooks|binder|labextension)/[\w./-]*)`", page.read_text(encoding="utf-8"))
        missing = [name for name in named if not (ROOT / name).exists()]
        assert missing == []
