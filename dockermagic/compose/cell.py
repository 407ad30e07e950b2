"""`%compose` and `%%compose` from the request to the picture: the entry is `compose_cell`."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dockermagic.compose import yaml_checks
from dockermagic.compose.errors import ComposeFailed, ComposeFileError
from dockermagic.compose.locate import locate
from dockermagic.compose.masks import Masks
from dockermagic.compose.places import entries, nodes
from dockermagic.compose.program import Program, environment, find_compose
from dockermagic.compose.project import Project, read_project
from dockermagic.compose.request import ComposeRequest
from dockermagic.compose.run import read_config

if TYPE_CHECKING:
    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine

__all__ = ["Given", "Session", "compose_cell", "known_services"]

_CELLS: dict[tuple[str, str], str] = {}
"""The last cell of each notebook's folder and project: what `%compose ps` after a `%%compose` cell means."""
_NO_FILE = frozenset({"ls", "version"})
_STANDARD = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def known_services() -> list[str]:
    """Give the names of the services in the cells that were run here, for completion."""
    return sorted({name for text in list(_CELLS.values()) for name in _services(text)})


@lru_cache(maxsize=32)
def _services(text: str) -> tuple[str, ...]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return ()
    services = found.get("services") if isinstance(found, dict) else None
    return tuple(map(str, services)) if isinstance(services, dict) else ()


class Session(Protocol):
    """Whoever knows the engine."""

    @property
    def engine(self) -> Engine:
        """The engine."""

    @property
    def watch(self) -> Watch:
        """What watches the engine."""

    def hold(self, opened: Any) -> None:
        """Close this as well when the session is closed."""

    def note_project(self, labels: Mapping[str, str], name: str, *, nameless: Sequence[str] = (), gone: bool = False) -> None:
        """Keep in mind that a project was made from here, with nameless volumes that it leaves behind, or that it is gone."""


class Given:
    """A request with all that it takes to carry it out: the program, the engine, the file's text, and Compose's answer to it.

    Parameters:
        environ: what Compose runs in.
    `typed` says whether the cell stands below the line, and is not an earlier one.
    """

    def __init__(
        self,
        request: ComposeRequest,
        program: Program,
        session: Session,
        environ: Mapping[str, str],
        text: str,
        labels: Mapping[str, str],
    ) -> None:
        self.request, self.program, self.session, self.environ, self.text, self.labels = (
            request,
            program,
            session,
            environ,
            text,
            labels,
        )
        self.typed = False
        self.name = request.project or ("" if _has_name(text) else request.notebook)
        self.config: dict[str, Any] = {}
        self.refused = ""
        self._asking: threading.Thread | None = None

    @property
    def cell(self) -> str | None:
        """What Compose reads from its input."""
        return self.request.cell

    def ask(self, *, polite: bool = False) -> None:
        """Begin to ask Compose what the file means.

        Parameters:
            polite: something else that takes its time goes on meanwhile.
        """
        self._asking = threading.Thread(target=self._ask, args=(polite,), name="dockermagic compose config", daemon=True)
        self._asking.start()

    def _ask(self, polite: bool) -> None:
        before = self.request.before(self.name)
        where = {"cell": self.cell, "folder": self.request.folder, "environ": self.environ, "polite": polite}
        self.config, self.refused = read_config(self.program, before, **where)  # type: ignore[arg-type]  # names and values as they are

    @property
    def asking(self) -> bool:
        """Whether Compose still thinks."""
        return self._asking is not None and self._asking.is_alive()

    def answered(self) -> bool:
        """Wait for the answer, and say whether the file is a project."""
        if self._asking is None:
            self.ask()
        if self._asking is not None:
            self._asking.join()
        return bool(self.config)

    def project(self) -> Project:
        """Give the project as Compose understands it; only its name while that is all that is known."""
        return read_project(self.config) if self.config else Project(self.name)

    def masks(self) -> Masks:
        """Give what masks the project's secrets."""
        return Masks.of(self.config)

    def error(self, said: str) -> ComposeFileError | None:
        """Give the error with the line that Compose's words mean; None if they are not about the file."""
        return locate(said, self.text)


def compose_cell(request: ComposeRequest, session: Session, shell: Any, labels: tuple[tuple[str, str], ...] = ()) -> Any:
    """Carry out a line of `%compose` or a cell of `%%compose`, show what happens, and give the result; None if there is none.

    Parameters:
        session: where the engine comes from; it is not asked before the file was looked at.
        shell: IPython's shell; the variable of `--as` is put there.
        labels: what our own containers carry.

    Raises:
        ComposeFileError: the file has a slip.
        ComposeFailed: Compose could not do it; not with --no-raise.
        ComposeCancelled: it was interrupted.
    """
    from dockermagic.compose.actions import carry_out

    typed = request.cell is not None
    request, text = _with_file(request)
    notes = yaml_checks.check(text) if text or request.cell is not None else []
    program = find_compose(os.environ)
    engine = session.engine
    if request.cell is not None:
        _CELLS[request.folder, request.notebook] = request.cell
    with environment(engine.address, os.environ, request.project) as environ:
        given = Given(request, program, session, environ, text, dict(labels))
        given.typed = typed
        for note in notes if request.verb in ("up", "config", "create", "build") else ():
            sys.stderr.write(f"line {note.line}: {note.text}\n")
        try:
            result = carry_out(given, shell)
        except ComposeFailed as failed:
            _keep(shell, request.save_as, failed.stack)
            if not request.no_raise:
                raise
            sys.stderr.write(f"{failed}\n")
            return failed.stack
    _keep(shell, request.save_as, result)
    return result


def _keep(shell: Any, name: str, value: Any) -> None:
    if name and shell is not None and value is not None:
        shell.user_ns[name] = value


def _with_file(request: ComposeRequest) -> tuple[ComposeRequest, str]:
    """Give the request with the file that it means, and the file's text; nothing where Compose has to find it by itself."""
    if request.cell is not None:
        return request, request.cell
    if request.verb in _NO_FILE:
        return request, ""
    if not request.files:
        known = _CELLS.get((request.folder, request.notebook))
        if known is not None:
            return replace(request, cell=known), known
        found = next((Path(request.folder, name) for name in _STANDARD if Path(request.folder, name).is_file()), None)
        return request, _read(found) if found is not None else ""
    # Of several files, Compose's own words tell which one is meant; a line number would be of the wrong one.
    return request, _read(Path(request.folder, request.files[0])) if len(request.files) == 1 else ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""  # Compose says what is wrong with it


def _has_name(text: str) -> bool:
    return any(key.value == "name" for document in nodes(text) for key, _ in entries(document)) if text else False
