"""What decides whether a step is in the cache, worked out of the Dockerfile, the build arguments, the files and the base images.

Sources: moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go and solver/llbsolver/ops; tried on Engine 20.10 and 28.

1. A step is known by what it does, its files, and the step above. So a change works its way down its stage.
2. RUN depends on all variables in force, used or not, from ARG as from ENV, and on USER, WORKDIR and SHELL. COPY, ADD and WORKDIR
   depend on what the variables in their own text come to, on nothing else.
3. CMD, EXPOSE, LABEL and their like have no place in the cache, and change nothing below.
4. A base image counts by its layers; its variables, user and folder count where those of the Dockerfile would.
5. A stage begins with all that the stage that it is FROM ended with, its ARGs included.
6. COPY --from and mounts from another stage depend on that stage; but BuildKit looks at the files that come out, too, so a stage
   that ran again may change nothing. COPY --link does not depend on what is above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockermagic.builds.why.matching import Selection, Taken
from dockermagic.builds.why.prints import digest

__all__ = ["Base", "Facts", "Setting", "key_of"]


@dataclass(frozen=True, slots=True)
class Base:
    """A base image: its layers in one digest, and the settings that it brings along; `known` is False when it is not here."""

    layers: str = ""
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = ""
    user: str = ""
    shell: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force at a step: "ENV PATH", "ARG VERSION", "USER"…, as a digest since it may be a secret.

    `origin` is the index of the instruction that set it, -1 for the base image and the command line.
    """

    name: str
    value: str
    origin: int = -1


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about one step.

    Parameters:
        step: its index; `text`: the instruction as written; `does`: what it comes to, variables replaced.
        settings: what is in force, for RUN; `uses`: the variables that its own text uses, for the others.
        base: what the stage begins with, for the first step of a stage that is FROM an image; `image` is its name.
        above: the index of the step above that makes a layer, in this stage or in the one that it is FROM.
        selection, taken: what it takes from the context.
        sources: the steps whose files it takes; `images`: the images, as pairs of name and layers.
        doubts: why nothing certain can be said.
        key: what the step is known by; `end`: what the steps below build on, which for COPY --link has what is above in it as well.
    """

    step: int
    keyword: str
    text: str
    does: str
    settings: tuple[Setting, ...] = ()
    uses: tuple[Setting, ...] = ()
    base: str = ""
    image: str = ""
    above: int | None = None
    selection: Selection | None = None
    taken: Taken | None = None
    sources: tuple[int, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    link: bool = False
    doubts: tuple[str, ...] = ()
    key: str = ""
    end: str = ""


def key_of(facts: Facts, keys: Mapping[int, str]) -> str:
    """Give what a step is known by, from its own facts and the keys of the steps that it builds on."""
    above = "" if facts.link or facts.above is None else keys.get(facts.above, "")
    base = "" if facts.link else facts.base
    settings = [part for each in facts.settings for part in (each.name, each.value)]
    files = facts.taken.digest if facts.taken is not None else ""
    sources = [keys.get(each, "") for each in facts.sources]
    images = [part for pair in facts.images for part in pair]
    return digest(facts.keyword, facts.does, files, base, above, digest(*settings), digest(*sources), digest(*images))


@dataclass(slots=True)
class State:
    """What is in force at a place in a stage."""

    values: dict[str, Setting] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    origins: dict[str, int] = field(default_factory=dict)
    above: int | None = None
    base: str = ""
    image: str = ""
    doubts: tuple[str, ...] = ()

    def copy(self) -> State:
        """Give the state that another stage begins with."""
        return State(
            dict(self.values),
            dict(self.plain),
            self.workdir,
            self.user,
            self.shell,
            dict(self.origins),
            self.above,
            self.base,
            self.image,
            self.doubts,
        )

    def set(self, kind: str, name: str, value: str, origin: int) -> None:
        """Put a variable in force; the last one of a name counts, and its place."""
        self.values.pop(name, None)
        self.values[name] = Setting(f"{kind} {name}", digest(value), origin)
        self.plain[name] = value

    def settings(self, extra: Sequence[Setting]) -> tuple[Setting, ...]:
        """Give all that a RUN depends on."""
        fixed = [("USER", self.user), ("WORKDIR", self.workdir)]
        own = [Setting(name, digest(value), self.origins.get(name, -1)) for name, value in fixed]
        return (*self.values.values(), *own, *extra)
