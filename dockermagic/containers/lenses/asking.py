"""Asking an engine about the containers that a lens is pointed at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from docker.errors import DockerException, NotFound

from dockermagic.containers import inspected
from dockermagic.containers.parts import Seen
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["asked", "told_in_words"]


@contextlib.contextmanager
def told_in_words() -> Iterator[None]:
    """Turn what docker-py raises into an error in words."""
    try:
        yield
    except DockerException as error:
        told = getattr(error, "explanation", "") or reason(error)
        raise EngineError(f"The engine refuses, or does not answer: {str(told).strip().rstrip('.')}.") from error
    except OSError as error:
        raise EngineError(f"The engine does not answer: {reason(error)}.") from error


def asked(engine: Engine, names: Iterable[str] = ()) -> list[tuple[str, Seen]]:
    """Ask about containers: the id of each, and what is seen of it.

    Parameters:
        names: names or ids; none of them for all that the engine has.

    Raises:
        EngineError: there is no container of that name, or the engine does not answer.
    """
    api: Any = engine.api
    wanted = list(names)
    found = []
    with told_in_words():
        for name in wanted or [str(each["Id"]) for each in api.containers(all=True)]:
            try:
                answer = api.inspect_container(name)
            except NotFound as error:
                if name not in wanted:
                    continue  # it has gone since the list was made
                raise EngineError(f"There is no container “{name}”.", "%docker ps -a lists all of them.") from error
            found.append((str(answer["Id"]), inspected.read(answer)))
    return found
