"""`%docker inspect`, and inspect of one kind. Sources: docker/cli cli/command/system/inspect.go and inspect/inspector.go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dockermagic.commands.call import FORMAT, Call, Told, Verb
from dockermagic.commands.hints import for_container, for_image, for_network, for_volume
from dockermagic.commands.templates import render
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS"]

_PATHS = {
    "container": "/containers/{}/json",
    "image": "/images/{}/json",
    "network": "/networks/{}",
    "volume": "/volumes/{}",
}
"""In the order in which the CLI looks for a name."""

_HINTS: dict[str, Callable[[Call, EngineError, str], str]] = {
    "container": for_container,
    "image": for_image,
    "network": for_network,
    "volume": for_volume,
}


def _found(call: Call, name: str, kinds: tuple[str, ...]) -> Any:
    sized = "size" in call.parsed.values and call.on("size")
    for kind in kinds:
        try:
            return call.ask("GET", _PATHS[kind].format(named(name)), size=True if sized and kind == "container" else None)
        except EngineError as error:
            # "invalid" names are told with 400: a name that cannot be an image's may still be a volume's.
            if error.status not in (400, 404):
                raise
            refused = error
    if len(kinds) > 1:
        raise EngineError(f"No such object: {name}", for_container(call, refused, name), status=404)
    raise EngineError(refused.message, _HINTS[kinds[0]](call, refused, name), status=refused.status)


def _shown(data: list[Any], form: str) -> str:
    """Write what was found, as JSON with four blanks, or in a format."""
    if form and form != "json":
        return "".join(render(form.replace("\\t", "\t").replace("\\n", "\n"), each) + "\n" for each in data)
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False) if form else json.dumps(data, indent=4, ensure_ascii=False)
    return f"{text}\n"


def _inspect(*kinds: str) -> Callable[[Call], Told]:
    def run(call: Call) -> Told:
        wanted = kinds
        asked = call.parsed.text("type") if "type" in call.parsed.values else ""
        if asked:
            if asked not in _PATHS:
                raise UsageError(f'--type: "{asked}" is not known here.', f"It is one of: {', '.join(_PATHS)}.")
            wanted = (asked,)
        data: list[Any] = []
        errors: list[EngineError] = []
        for name in call.names:
            try:
                data.append(_found(call, name, wanted))
            except EngineError as error:
                errors.append(error)
        if errors:
            raise EngineError("\n".join(error.message for error in errors), errors[0].hint, status=errors[0].status)
        return Told(_shown(data, call.parsed.text("format")), data[0] if len(data) == 1 else data)

    return run


_FORM = Flag(FORMAT.long, "f", metavar=FORMAT.metavar, example="{{.State.Status}}", help=FORMAT.help)
_SIZE = Flag("size", "s", "bool", help="Also how many bytes containers have written.")
_FIND = (Example("%docker inspect --format '{{.State.ExitCode}}' web", "one fact"), Example("%docker inspect web", "all of them"))


def _verb(kind: str, flags: tuple[Flag, ...]) -> Verb:
    noun = kind.upper()
    summary = f"Show all that the engine knows of {kind}s."
    command = Command(f"%docker {kind} inspect", f"[OPTIONS] {noun} [{noun}…]", summary, flags, least=1)
    return Verb((f"{kind} inspect",), command, _inspect(kind))


VERBS = (
    Verb(
        ("inspect",),
        Command(
            "%docker inspect",
            "[OPTIONS] NAME|ID [NAME|ID…]",
            "Show all that the engine knows of containers, images, networks or volumes.",
            (_FORM, _SIZE, Flag("type", metavar="KIND", example="volume", help="Container, image, network or volume.")),
            least=1,
            examples=_FIND,
        ),
        _inspect(*_PATHS),
    ),
    _verb("container", (_FORM, _SIZE)),
    _verb("image", (_FORM,)),
    _verb("network", (_FORM, Flag("verbose", "v", "bool", help="More of it, where there is more."))),
    _verb("volume", (_FORM,)),
)
