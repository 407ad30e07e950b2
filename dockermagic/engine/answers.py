"""Questions to the engine that have one answer: JSON in, JSON out.

docker-py's methods know fewer parameters than the API has, and which ones depends on its version; its connections are used here
all the same, since they know sockets, TLS, ssh and Windows pipes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine.engine import Engine

__all__ = ["ask", "filters_text", "named"]

Parameter = str | int | bool | Sequence[str] | None
PATIENCE = 60.0
"""Seconds that an engine may think; what takes longer says so."""
_USAGE = "/system/df"
_AGAIN = (0.1, 0.2, 0.4, 0.8)
"""Seconds before what uses the disk is asked for again: an engine with containerd's image store refuses with 404 ("snapshot … does
not exist") while its clean-up removes what is just being counted."""


def named(name: str) -> str:
    """Give a name as part of a path."""
    return quote(name, safe="")


def filters_text(filters: Mapping[str, Sequence[str]]) -> str:
    """Give filters as the API takes them: a JSON object of lists."""
    return json.dumps({name: list(values) for name, values in filters.items()})


def ask(
    engine: Engine,
    method: str,
    path: str,
    *,
    query: Mapping[str, Parameter] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    patience: float | None = PATIENCE,
) -> Any:
    """Ask the engine, and give its answer, read from JSON; None when it says nothing.

    Parameters:
        path: without API version; names in it go through `named`.
        query: what is None is left out.
        body: sent as JSON; None for no body.
        patience: seconds to wait for the answer; None for any time.

    Raises:
        EngineError: the engine refused, in its own words, with the status; or it does not answer.
    """
    from docker.errors import DockerException
    from requests import RequestException

    from dockermagic.engine.engine import reason
    from dockermagic.engine.http import refusal

    told = {name: _told(value) for name, value in (query or {}).items() if value is not None}
    try:
        api = engine.api
        for wait in (*(_AGAIN if path == _USAGE else ()), None):
            answer = api.request(
                method, f"{api.base_url}{engine.path(path)}", params=told, json=body, headers=dict(headers or {}), timeout=patience
            )
            if answer.status_code != 404 or wait is None:
                break
            time.sleep(wait)
    except (RequestException, DockerException, OSError) as error:
        raise EngineError(f"The engine at {engine.address.url} does not answer: {reason(error)}.") from error
    if answer.status_code >= 400:
        raise EngineError(refusal(answer.content, answer.status_code), status=answer.status_code)
    if not answer.content.strip():
        return None
    try:
        return json.loads(answer.content)
    except ValueError as error:
        raise EngineError(f"The engine at {engine.address.url} gave an answer that cannot be read.") from error


def _told(value: Parameter) -> str | list[str]:
    if isinstance(value, bool):
        return "1" if value else "0"
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
