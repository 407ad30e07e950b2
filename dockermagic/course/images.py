"""Checks of an image: its size, its user, what it gives away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockermagic.course.sizes import read_size
from dockermagic.course.subject import Place, Subject
from dockermagic.images.model import Image
from dockermagic.images.open import open_image
from dockermagic.images.secrets import given_in_config
from dockermagic.views.units import bytes_text, plural

__all__ = ["ImageCheck"]


class ImageCheck(Subject):
    """Claims about an image.

    Parameters:
        name: its name or ID.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"image {name}", exercise)
        self.name = name
        self._opened: Image | None = None

    def _about(self) -> Mapping[str, Any]:
        found = self.inspect("images", self.name)
        if found is None:
            listed = self.ask("/images/json") or []
            tags = sorted(str(tag) for each in listed for tag in each.get("RepoTags") or () if not str(tag).startswith("<none>"))
            self.judge(
                "exists",
                False,
                f"There is no image called {self.name}. I looked at all images: {', '.join(tags[:8]) or 'there is none'}.",
                (
                    "Did the build end well?",
                    f"An image gets its name from -t. Is it {self.name} there? Without a tag, :latest is meant.",
                    f"%%dockerfile -t {self.name}",
                ),
            )
        return found or {}

    def _image(self) -> Image:
        if self._opened is None:
            self._about()
            self._opened = open_image(self.place.engine, self.name)
        return self._opened

    def exists(self) -> ImageCheck:
        """There is an image of this name."""
        return self.judge("exists", True, f"{bytes_text(int(self._about().get('Size') or 0))}")

    def is_smaller_than(self, size: str | int) -> ImageCheck:
        """It takes less room than this, as the engine counts.

        Parameters:
            size: "200 MB", or bytes.
        """
        has = int(self._about().get("Size") or 0)
        return self.judge(
            f"is smaller than {bytes_text(read_size(size))}",
            has < read_size(size),
            f"It has {bytes_text(has)}.",
            (
                f"Which layer is the biggest? %docker_layers {self.name}",
                "A smaller base (alpine, slim) helps most; then what only the build needs: a second stage leaves it behind.",
                "FROM … AS build for what builds, and a last FROM with a small base that takes the result: COPY --from=build",
            ),
        )

    def has_no_secret(self) -> ImageCheck:
        """Nothing in its layers, its configuration or its history looks like a secret."""
        image = self._image()
        given = given_in_config(image.config, [step.instruction for step in image.steps])
        found = [f"/{finding.path} ({finding.rule}) in layer {number}" for number, finding in image.findings]
        found += [f"{each.where} {each.name}" for each in given]
        return self.judge(
            "has no secret",
            not found,
            f"{plural(len(found), 'place')}: {'; '.join(found[:5])}." if found else "layers, environment, labels and history",
            (
                f"What does %docker_layers {self.name} show in its red box?",
                "A file that a later RUN removes stays in its layer: it must never get in. ENV and ARG are kept, too.",
                "List the file in .dockerignore, or use RUN --mount=type=secret; give passwords to docker run with -e.",
            ),
        )

    def runs_as_non_root(self) -> ImageCheck:
        """Its containers run as another user than root, if nobody says otherwise."""
        user = str((self._about().get("Config") or {}).get("User") or "")
        name = user.partition(":")[0]
        return self.judge(
            "runs as another user than root",
            name not in ("", "root", "0"),
            f"Its user: {user or 'root, since nothing else is said'}.",
            (
                "Which instruction says who runs the program?",
                "USER, after everything that needs root. A name has to exist (adduser or useradd makes one); a number need not.",
                "RUN adduser -D app, and below it: USER app",
            ),
        )

    def hides_at_most(self, size: str | int) -> ImageCheck:
        """At most so many bytes of its layers were overwritten or removed by later ones."""
        hidden = self._image().hidden
        return self.judge(
            f"hides at most {bytes_text(read_size(size))}",
            hidden <= read_size(size),
            f"It hides {bytes_text(hidden)}.",
            (
                f"Which layer loses bytes? %docker_layers {self.name}",
                "What one RUN makes and another removes stays in the image: make and remove it in one.",
                "RUN apt-get update && apt-get install -y … && rm -rf /var/lib/apt/lists/*",
            ),
        )

    def exposes(self, port: int) -> ImageCheck:
        """Its EXPOSE names a port."""
        found = sorted((self._about().get("Config") or {}).get("ExposedPorts") or {})
        return self.judge(
            f"exposes {port}",
            f"{port}/tcp" in found or f"{port}/udp" in found,
            f"It exposes {', '.join(found) or 'nothing'}.",
            ("Which instruction says which port the program listens on?", f"EXPOSE {port}"),
        )

    def has_file(self, path: str) -> ImageCheck:
        """A container of it finds a file, folder or link at a path."""
        image, wanted = self._image(), path.strip("/")
        node = image.stacked.top.find(wanted)
        name = wanted.rpartition("/")[2]
        elsewhere = [f"/{each.path}" for each in image.files() if each.path.rpartition("/")[2] == name and each.path != wanted]
        hidden = self._layers_with(path)
        saw = (
            f"Layer {hidden[-1]} has it, and a later one takes it away."
            if hidden and node is None
            else f"There is no /{wanted}." + (f" There is {elsewhere[0]}." if elsewhere else "")
        )
        return self.judge(
            f"has /{wanted}",
            node is not None,
            "" if node is not None else saw,
            (
                f"What does %docker_files {self.name} list?",
                "COPY SOURCE DESTINATION: where does it put the file? A relative destination counts from WORKDIR.",
                f"COPY … /{wanted}",
            ),
        )

    def leaves_out(self, path: str) -> ImageCheck:
        """No layer of it has a file, not even one that a later layer hides.

        Parameters:
            path: with a slash at its beginning; without one, the file's name in any folder.
        """
        found = self._layers_with(path)
        shown = self._image().stacked.top.find(path.strip("/")) is not None
        saw = f"It lies in layer {', '.join(map(str, found))}{'' if shown else ', where no container sees it'}."
        return self.judge(
            f"leaves out {path}",
            not found,
            saw if found else f"looked through {plural(len(self._image().layers), 'layer')}",
            (
                f"Which instruction brings it in? %docker_files {self.name} --find '{path.rpartition('/')[2]}'",
                "What a later layer removes stays in the layer below it: it must never get into a layer of this image.",
                "Make and remove it in one RUN; or make it in another stage; or list it in .dockerignore.",
            ),
        )

    def _layers_with(self, path: str) -> list[int]:
        wanted = path.strip("/")

        def fits(found: str) -> bool:
            return found == wanted or (not path.startswith("/") and found.endswith(f"/{wanted}"))

        return [
            layer.number
            for layer in self._image().layers
            if layer.files is not None
            and any(fits(entry.path) and entry.kind not in ("removed", "emptied") for entry in layer.files.entries)
        ]

    def has_layers(self, number: int) -> ImageCheck:
        """It has at most so many layers."""
        has = len(self._image().layers)
        return self.judge(
            f"has at most {plural(number, 'layer')}",
            has <= number,
            f"It has {has}.",
            (
                f"Which instruction made each of them? %docker_layers {self.name}",
                "The layers of its base are its own, too. Which base has none?",
                "FROM scratch is the empty image.",
            ),
        )
