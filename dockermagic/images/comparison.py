"""Images side by side: sizes, shared layers, the system, packages, and where the bytes are.

1. "Unpacked" is the sum of the files of all layers, "compressed" what an archive of the engine's had; engines that keep layers
   unpacked do not know the latter, and then it is not told. "As the engine counts" is what `docker images` shows.
2. Layers are shared from the bottom up to the first one that differs: a layer lies on those below it.
3. Directories are compared as a container sees them, two levels deep; packages by what their managers' files say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from dockermagic.images.answers import Answer
from dockermagic.images.entries import Package
from dockermagic.images.model import Image
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.table import CAPTION, CELL, ROW, TABLE, Table
from dockermagic.views.theme import INK
from dockermagic.views.units import bytes_text, plural

__all__ = ["ImageComparison", "compare_images", "packed_size", "shared_layers", "system_of"]

MOST_DIRECTORIES, MOST_PACKAGES = 12, 30
_BAR = "display:inline-block;height:10px;border-radius:2px;min-width:1px"


@dataclass(frozen=True)
class ImageComparison(Answer):
    """Images, compared: `.images`, `.shared` (how many layers all of them have in common), `.directories`, `.packages`.

    `directories`: path and the bytes below it in each image, the biggest difference first. `packages`: system, name, and the
    version in each image, "" where it is not installed.
    """

    images: tuple[Image, ...]
    shared: int
    directories: tuple[tuple[str, tuple[int, ...]], ...]
    packages: tuple[tuple[str, str, tuple[str, ...]], ...]

    def table(self) -> Table:
        """Give what is said of each image."""
        names = tuple(one_line(image.name, 60) for image in self.images)
        return Table("Images side by side", ("", *names), tuple((label, *cells) for label, cells in self._facts()))

    def _facts(self) -> list[tuple[str, list[str]]]:
        images = self.images
        rows = [
            ("Unpacked", [bytes_text(image.unpacked) for image in images]),
            ("Compressed", [_told(packed_size(image)) for image in images]),
            ("As the engine counts", [bytes_text(image.size) for image in images]),
            ("Hidden", [bytes_text(image.hidden) for image in images]),
            ("Layers", [f"{len(image.layers)}, {self.shared} of them shared" for image in images]),
            ("Files a container sees", [f"{_files(image):,}" for image in images]),
            ("System", [system_of(image) for image in images]),
            ("Packages", [_counted(image) for image in images]),
            ("Runs as", [str(image.config.get("User") or "root") for image in images]),
            ("Looks like a secret", [plural(len(image.findings) + len(image.given), "place") for image in images]),
        ]
        return [(label, [one_line(cell, 80) for cell in cells]) for label, cells in rows]

    def html(self, *, live: bool = False) -> str:
        """Give the markup."""
        from markupsafe import Markup

        look = Look(inline=not live)
        return str(
            h.section(look("root"), aria_label="Comparison of images")[
                h.p(look("remark"))[h.strong(look("title"))[self._sentence()]],
                Markup(self.table().html()),  # noqa: S704  # a library's markup already
                self._places(look) if self.directories else None,
                self._packages(look),
            ]
        )

    def _places(self, look: Look) -> h.Node:
        most = max((max(sizes) for _, sizes in self.directories), default=1) or 1
        names = [one_line(image.name, 60) for image in self.images]

        def bar(size: int) -> h.Node:
            style = f"{_BAR};width:{120 * size / most:.0f}px;background-color:{INK['ran']}"
            return h.td(style=CELL)[
                h.span(style="display:inline-block;width:72px")[bytes_text(size) if size else "–"],
                h.span(style=style, aria_hidden="true") if size else None,
            ]

        return h.table(style=TABLE)[
            h.caption(style=CAPTION)["Where the bytes are: the biggest differences"],
            h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in ("Directory", *names))]],
            h.tbody[
                (
                    h.tr(style=ROW)[
                        h.th(scope="row", style=CELL)[h.code(look("code"))[one_line(path, 80)]], (bar(size) for size in sizes)
                    ]
                    for path, sizes in self.directories[:MOST_DIRECTORIES]
                )
            ],
        ]

    def _packages(self, look: Look) -> h.Node:
        from markupsafe import Markup

        if not self.packages:
            return None
        names = tuple(one_line(image.name, 60) for image in self.images)
        rows = [(one_line(name, 60), system, *(version or "–" for version in versions)) for system, name, versions in self.packages]
        table = Table("", ("Package", "Of", *names), tuple(rows[:MOST_PACKAGES]))
        more = len(rows) - MOST_PACKAGES
        return h.details(data_key="packages")[
            h.summary(look("summary"), KEYS)[f"{plural(len(self.packages), 'package')} not the same in all of them"],
            Markup(table.html()),  # noqa: S704  # a library's markup already
            h.p[f"and {more:,} more: .packages has all"] if more > 0 else None,
        ]

    def text(self, width: int = 100) -> str:
        """Give the comparison as text."""
        parts = [self._sentence(), self.table().text()]
        if self.directories:
            rows = [(path, *(bytes_text(size) for size in sizes)) for path, sizes in self.directories[:MOST_DIRECTORIES]]
            names = tuple(one_line(image.name, 40) for image in self.images)
            parts.append(Table("Where the bytes are", ("Directory", *names), tuple(rows)).text())
        if self.packages:
            parts.append(f"{plural(len(self.packages), 'package')} not the same in all of them: see .packages")
        return "\n\n".join(parts)

    def _sentence(self) -> str:
        smallest = min(self.images, key=lambda image: image.unpacked)
        largest = max(self.images, key=lambda image: image.unpacked)
        if smallest.unpacked == largest.unpacked:
            return "They are equally large, unpacked."
        large, small = one_line(largest.name, 60), one_line(smallest.name, 60)
        times = largest.unpacked / max(1, smallest.unpacked)
        if times >= 1.5:
            return f"{large} is {times:,.3g} times as large as {small}, unpacked."
        return f"{large} is {bytes_text(largest.unpacked - smallest.unpacked)} larger than {small}, unpacked."


def _told(size: int | None) -> str:
    return bytes_text(size) if size is not None else "not told by this engine"


def packed_size(image: Image) -> int | None:
    """Give the bytes of an image's layers as they are compressed; None when one of them is not."""
    packed = [layer.files.packed for layer in image.layers if layer.files is not None and layer.files.packed is not None]
    return sum(packed) if image.layers and len(packed) == len(image.layers) else None


def system_of(image: Image) -> str:
    """Give the name of the system in an image, as its os-release says."""
    systems = [package.name for package in image.packages if package.system == "os"]
    if systems:
        return systems[-1]
    return "none named" if _files(image) > 1 else "none"


def _files(image: Image) -> int:
    return sum(node.entry is not None and node.entry.kind in ("file", "hardlink") for node in image.stacked.top.walk())


def _counted(image: Image) -> str:
    counts: dict[str, int] = {}
    for package in image.packages:
        if package.system == "rpm" and not package.name:
            counts["rpm, a database of a kind that is not read"] = 0
        elif package.system != "os":
            counts[package.system] = counts.get(package.system, 0) + 1
    words = [f"{system} {count}" if count else system for system, count in sorted(counts.items())]
    return ", ".join(words) or "none found"


def shared_layers(images: Sequence[Image]) -> int:
    """Say how many layers images have in common, from the bottom."""
    shared = 0
    for level in zip(*([layer.diff_id for layer in image.layers] for image in images), strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return shared


def compare_images(images: Sequence[Image]) -> ImageComparison:
    """Compare images that were read."""
    sizes = [_directories(image) for image in images]
    paths = sorted(set().union(*sizes))
    rows = [(path, tuple(each.get(path, 0) for each in sizes)) for path in paths]
    rows = [row for row in rows if max(row[1]) != min(row[1])]
    rows.sort(key=lambda row: (min(row[1]) - max(row[1]), row[0]))
    return ImageComparison(tuple(images), shared_layers(images), tuple(rows), tuple(_packages(images)))


def _directories(image: Image) -> dict[str, int]:
    """Give the bytes below each directory of the second level, those right in one of the first as its own."""
    found: dict[str, int] = {}
    for name, node in image.stacked.top.below.items():
        if not node.below:
            found[f"/{name}"] = node.size
            continue
        own = 0
        for inner, child in node.below.items():
            if child.below or (child.entry is not None and child.entry.kind == "directory"):
                found[f"/{name}/{inner}"] = child.size
            else:
                own += child.size
        found[f"/{name}"] = own
    return {path: size for path, size in found.items() if size}


def _packages(images: Sequence[Image]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Give the packages whose versions are not the same in all images, what is missing somewhere first, the largest first."""
    known: dict[tuple[str, str], list[set[str]]] = {}
    largest: dict[tuple[str, str], int] = {}
    for place, image in enumerate(images):
        for package in image.packages:
            if package.system == "os" or not package.name:
                continue
            key = _key(package)
            known.setdefault(key, [set() for _ in images])[place].add(package.version)
            largest[key] = max(largest.get(key, 0), package.size)
    rows = [
        (system, name, tuple(", ".join(sorted(each)) for each in versions))
        for (system, name), versions in known.items()
        if any(each != versions[0] for each in versions)
    ]
    return sorted(rows, key=lambda row: (all(row[2]), -largest[row[0], row[1]], row[1]))


def _key(package: Package) -> tuple[str, str]:
    return package.system, package.name
