"""Projects that are changed at random, one thing at a time, and what has to be said of each change."""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docker import APIClient

from tests.engine.mutated import FILES, IGNORE, LINKS, PROJECTS, RUNS


@dataclass
class Project:
    """A project that changes: its folder, its Dockerfile, its build arguments, its base image."""

    name: str
    folder: Path
    text: str
    base: str
    args: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, name: str, folder: Path, base: str) -> Project:
        """Make one whose content no cache holds."""
        salt = secrets.token_hex(6)
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        (folder / "one.txt").write_text(salt)
        for path, (target, _) in LINKS.items():
            if not (name in ("ignored", "node") and path == "links/loop"):
                (folder / path).symlink_to(target)
        if name == "forms":
            shutil.make_archive(str(folder / "archive"), "tar", folder, "docs")
        (folder / ".dockerignore").write_text(IGNORE if name == "ignored" else "node_modules\n")
        return cls(name, folder, PROJECTS[name].replace("SALT", salt).replace("BASE", base), base)


@dataclass(frozen=True)
class Mutation:
    """One change: `kind` and `subject` are what has to be named where a step ran again because of it."""

    what: str
    kind: str
    subject: object = None


def _files(project: Project, wanted: Callable[[Path], bool] = lambda path: True) -> list[Path]:
    found = [path for path in sorted(project.folder.rglob("*")) if path.is_file() and not path.is_symlink() and wanted(path)]
    return [path for path in found if path.name != ".dockerignore"]


def _named(project: Project, path: Path) -> str:
    return str(path.relative_to(project.folder))


def edit(project: Project, chance: random.Random) -> Mutation:
    """Change a file's content, its size and time sometimes kept."""
    path = chance.choice(_files(project))
    info = path.stat()
    keep = chance.random() < 0.3 and info.st_size
    path.write_bytes(
        secrets.token_hex(info.st_size)[: info.st_size].encode() if keep else secrets.token_bytes(9).hex().encode() + b"\n"
    )
    if keep:
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    return Mutation(f"edit {_named(project, path)}", "files-changed", (_named(project, path), "content"))


def chmod(project: Project, chance: random.Random) -> Mutation:
    """Change a file's or a folder's permissions."""
    folders = [path for path in sorted(project.folder.rglob("*")) if path.is_dir() and not path.is_symlink()]
    path = chance.choice(_files(project) + folders[:4])
    path.chmod(path.stat().st_mode & 0o7777 ^ chance.choice([0o100, 0o010, 0o001]))
    return Mutation(f"chmod {_named(project, path)}", "files-changed", (_named(project, path), "mode"))


def touch(project: Project, chance: random.Random) -> Mutation:
    """Give a file another time, which must not matter."""
    path = chance.choice(_files(project))
    os.utime(path, (chance.randrange(10**9), chance.randrange(10**9)))
    return Mutation(f"touch {_named(project, path)}", "nothing")


def add(project: Project, chance: random.Random) -> Mutation:
    """Add a file, or an empty folder."""
    folder = chance.choice(sorted({path.parent for path in _files(project)}))
    if chance.random() < 0.2:
        path = folder / f"empty-{secrets.token_hex(2)}"
        path.mkdir()
    else:
        path = folder / f"{secrets.token_hex(2)}{chance.choice(['.txt', '.py', '.log', ''])}"
        path.write_text(secrets.token_hex(4))
    return Mutation(f"add {_named(project, path)}", "files-changed", (_named(project, path), "added"))


NEEDED = frozenset(
    {"package.json", "package-lock.json", "one.txt", "two.txt", "a.txt", "real", "file", "app.ini", "main.py", "index.js"}
)


def delete(project: Project, chance: random.Random) -> Mutation:
    """Delete a file that no instruction names."""
    path = chance.choice(_files(project, lambda path: path.name not in NEEDED and path.suffix != ".tar"))
    path.unlink()
    return Mutation(f"delete {_named(project, path)}", "files-changed", (_named(project, path), "deleted"))


def rename(project: Project, chance: random.Random) -> Mutation:
    """Rename a file that no instruction names; within its folder."""
    path = chance.choice(_files(project, lambda path: path.name not in NEEDED and path.suffix != ".tar"))
    path.write_text(secrets.token_hex(8))  # unlike any other, so that it can be known again
    return Mutation("", "rename", path)


def swap_link(project: Project, chance: random.Random) -> Mutation:
    """Let a symlink point elsewhere."""
    path = chance.choice([path for path in LINKS if (project.folder / path).is_symlink()])
    now = os.readlink(project.folder / path)
    (project.folder / path).unlink()
    (project.folder / path).symlink_to(next(target for target in LINKS[path] if target != now))
    return Mutation(f"swap {path}", "link", path)


def edit_ignored(project: Project, chance: random.Random) -> Mutation:
    """Change a file that .dockerignore leaves out."""
    path = project.folder / "node_modules/m/index.js"
    path.write_text(secrets.token_hex(5))
    return Mutation("edit node_modules", "nothing")


def change_arg(project: Project, chance: random.Random) -> Mutation:
    """Give a build argument another value."""
    names = [name for name in ("V", "UNUSED", "LATE") if f"ARG {name}" in project.text]
    name = chance.choice(names)
    project.args[name] = secrets.token_hex(3)
    return Mutation(f"--build-arg {name}", "arg-changed", name)


def change_env(project: Project, chance: random.Random) -> Mutation:
    """Give an ENV another value."""
    now = next(line for line in project.text.splitlines() if line.startswith("ENV LEVEL="))
    new = f"ENV LEVEL={secrets.token_hex(3)}{now[now.find(' KIND') :] if ' KIND' in now else ''}"
    project.text = project.text.replace(now, new)
    return Mutation(new, "env", new)


def change_instruction(project: Project, chance: random.Random) -> Mutation:
    """Write another command into a RUN."""
    lines = project.text.splitlines()
    place = chance.choice([n for n, line in enumerate(lines) if line.startswith(RUNS)])
    lines[place] = re.sub(r"true|echo \w+", f"echo {secrets.token_hex(4)}", lines[place], count=1)
    project.text = "\n".join(lines) + "\n"
    return Mutation(lines[place], "instruction-changed", lines[place])


def add_instruction(project: Project, chance: random.Random) -> Mutation:
    """Put a new RUN in."""
    lines = project.text.splitlines()
    places = [n for n, line in enumerate(lines) if line.startswith(("RUN ", "COPY ")) and "<<" not in project.text]
    if not places:
        return touch(project, chance)
    new = f"RUN echo {secrets.token_hex(4)} > new-{secrets.token_hex(4)} || true"
    lines.insert(chance.choice(places), new)
    project.text = "\n".join(lines) + "\n"
    return Mutation(f"add {new}", "instruction-changed", new)


MUTATIONS: tuple[Callable[[Project, random.Random], Mutation], ...] = (
    edit,
    edit,
    edit,
    chmod,
    touch,
    add,
    delete,
    rename,
    swap_link,
    edit_ignored,
    change_arg,
    change_env,
    change_instruction,
    add_instruction,
)


def fitting(project: Project) -> list[Callable[[Project, random.Random], Mutation]]:
    """Give the mutations that a project can go through."""
    found = list(MUTATIONS)
    if not any(f"ARG {name}" in project.text for name in ("V", "UNUSED", "LATE")):
        found.remove(change_arg)
    if "ENV LEVEL=" not in project.text:
        found.remove(change_env)
    if not any(line.startswith(RUNS) for line in project.text.splitlines()):
        found.remove(change_instruction)
    return found


class Bases:
    """Two images of one name's past and present: the base that changes."""

    def __init__(self, api: APIClient, name: str) -> None:
        self.api, self.name = api, name
        self.made: list[str] = []

    def change(self) -> None:
        """Let the name stand for another image: a container's file system with one file more, committed."""
        container = self.api.create_container("busybox", ["sh", "-c", f"echo {secrets.token_hex(4)} > /mark"])["Id"]
        try:
            self.api.start(container)
            self.api.wait(container)
            repository, _, tag = self.name.rpartition(":")
            self.made.append(self.api.commit(container, repository, tag)["Id"])
        finally:
            self.api.remove_container(container, force=True)

    def remove(self) -> Iterator[str]:
        """Give the images, newest first."""
        yield from reversed(self.made)
