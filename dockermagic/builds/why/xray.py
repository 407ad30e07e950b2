"""What a build gets to see of a folder, and what .dockerignore keeps from it."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dockermagic.builds.ignore import Ignore, State, read_ignore
from dockermagic.errors import UsageError

__all__ = ["Rule", "Xray", "looks_secret", "xray"]

IGNORE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of a .dockerignore file: `pattern` as written, `line` from 1."""

    pattern: str
    line: int
    file: str = IGNORE

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.pattern}"


@dataclass(frozen=True)
class Xray:
    """A build context, looked at.

    `sizes` are the files that are sent, with their bytes; `excluded` those that are not, with the rule that decided; `spared` are
    their bytes; `kept` are files that a "!" rule takes back in; `secrets` are files that are sent and look as if they held secrets;
    `unread` are folders that could not be read.
    """

    root: str
    sizes: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, Rule] = field(default_factory=dict)
    spared: dict[str, int] = field(default_factory=dict)
    kept: dict[str, Rule] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def included(self) -> list[str]:
        """The files that are sent."""
        return list(self.sizes)

    @property
    def bytes(self) -> int:
        """The bytes that are sent."""
        return sum(self.sizes.values())

    @property
    def secrets(self) -> list[str]:
        """The files that are sent and look as if they held secrets."""
        return [path for path in self.sizes if looks_secret(path)]

    def by_folder(self) -> list[tuple[str, int, int]]:
        """Give the folders (and files) at the top with their bytes and number of files, largest first."""
        return _summed((path.partition("/")[0] + ("/" if "/" in path else ""), size) for path, size in self.sizes.items())

    def by_rule(self) -> list[tuple[Rule, int, int]]:
        """Give the rules with the bytes and the number of files that each leaves out, largest first."""
        found = {str(rule): rule for rule in self.excluded.values()}
        return [
            (found[name], size, count)
            for name, size, count in _summed((str(rule), self.spared[path]) for path, rule in self.excluded.items())
        ]

    def __repr__(self) -> str:
        from dockermagic.builds.why.xray_picture import text

        return text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from dockermagic.builds.why.xray_picture import html, text

        return {"text/html": html(self), "text/plain": text(self)}


def _summed(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int, int]]:
    sizes: dict[str, int] = {}
    counts: dict[str, int] = {}
    for name, size in pairs:
        sizes[name] = sizes.get(name, 0) + size
        counts[name] = counts.get(name, 0) + 1
    return sorted(((name, sizes[name], counts[name]) for name in sizes), key=lambda each: (-each[1], each[0]))


_SECRET = re.compile(
    r"\.env(\..+)?|.+\.env|id_(rsa|dsa|ecdsa|ed25519)|.+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)|\.(npmrc|pypirc|netrc|pgpass)"
    r"|\.git-credentials|\.htpasswd|_netrc|(aws_)?credentials(\.(json|ini|csv|ya?ml))?|secrets?(\.(json|ya?ml|txt|toml|ini|env))?"
    r"|service[-_]account.*\.json|client_secret.*\.json|.+\.tfstate(\.backup)?|.+\.tfvars|kubeconfig|\.dockerconfigjson",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r".*\.(example|sample|template|dist|pub)|.*(example|sample|template).*", re.IGNORECASE)
_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".azure"})


def looks_secret(path: str) -> bool:
    """Whether a file's name is one that files with secrets have."""
    name = posixpath.basename(path)
    if any(part in _FOLDERS for part in path.split("/")[:-1]) and not name.endswith(".pub"):
        return True
    if path.endswith(".docker/config.json"):
        return True
    return _SECRET.fullmatch(name) is not None and _HARMLESS.fullmatch(name) is None


def xray(root: str, dockerfile: str = "") -> Xray:
    """Look at a context: every file, sent or not, and which rule decided.

    Parameters:
        root: the folder; `dockerfile`: the Dockerfile's name in it, whose own .dockerignore comes first.

    Raises:
        UsageError: a pattern that Docker refuses; a folder that is not there.
    """
    rules = _rules(root, dockerfile)
    singles = [Ignore((rule.pattern.removeprefix("!"),)) for rule in rules]
    whole = Ignore(tuple(rule.pattern for rule in rules))
    found = Xray(root, rules=rules, unread=())
    unread: list[str] = []
    stack: list[tuple[str, State, Rule | None]] = [("", whole.root(), None)]
    while stack:
        folder, state, decided = stack.pop()
        try:
            entries = sorted(os.scandir(os.path.join(root, folder)), key=lambda each: each.name)
        except OSError as error:
            if not folder:
                raise UsageError(
                    f"The folder {root} cannot be read: {error.strerror}.", "Name another one: %docker_context ./app"
                ) from error
            unread.append(folder)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            left_out, below = whole.child(state, path)
            rule = _decider(rules, singles, path) if left_out or any(below) else decided
            if entry.is_dir(follow_symlinks=False):
                stack.append((path, below, rule))
                continue
            size = _size(entry)
            if left_out and rule is not None:
                found.excluded[path], found.spared[path] = rule, size
            else:
                found.sizes[path] = size
                if rule is not None and rule.pattern.startswith("!"):
                    found.kept[path] = rule
    return Xray(root, found.sizes, found.excluded, found.spared, found.kept, rules, tuple(unread))


def _size(entry: os.DirEntry[str]) -> int:
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError:
        return 0
    return info.st_size if stat.S_ISREG(info.st_mode) else 0


def _rules(root: str, dockerfile: str) -> tuple[Rule, ...]:
    for name in (f"{dockerfile}{IGNORE}" if dockerfile else "", IGNORE):
        try:
            text = Path(root, name).read_text(encoding="utf-8", errors="surrogateescape") if name else None
        except FileNotFoundError:
            continue
        if text is not None:
            read_ignore(text)
            lines = enumerate(text.removeprefix("\ufeff").split("\n"), 1)
            return tuple(
                Rule(pattern, number, name) for number, line in lines for pattern in read_ignore(line) if pattern not in ("", "!")
            )
    return ()


def _decider(rules: tuple[Rule, ...], singles: list[Ignore], path: str) -> Rule | None:
    """Give the last rule that changed whether a path is sent."""
    out, decided = False, None
    for rule, single in zip(rules, singles, strict=True):
        inverted = rule.pattern.startswith("!")
        if inverted == out and single.matches(path):
            out, decided = not inverted, rule
    return decided
