"""Values that nobody should see in a picture or in a saved notebook: found in a project's environment, and masked. Pure.

A value counts as secret if its name says so (PASSWORD, TOKEN…), and so does the password in an address (postgres://user:password@db).
Values shorter than four characters are not looked for in text: they would blacken everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from dockermagic.containers.parts import Seen
from dockermagic.secrecy import MASK
from dockermagic.secrecy import secret_variable as is_secret

__all__ = ["MASK", "Masks", "is_secret"]

_ADDRESS = re.compile(r"(?<![\w+.-])([a-zA-Z][\w+.-]*://[^\s:/@\"']*):([^\s/\"']+)@")
_PAIR = re.compile(r"""(?m)^(\s*(?:-\s+)?["']?([A-Za-z_]\w*)["']?\s*[:=]\s*)(\S.*?)(,?)$""")


class Masks:
    """Masks what is secret in text.

    Parameters:
        secrets: the values to look for.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.secrets = tuple(sorted({each for each in secrets if len(each) >= 4}, key=len, reverse=True))
        self._pattern = re.compile("|".join(map(re.escape, self.secrets))) if self.secrets else None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Masks:
        """Make them from what `docker compose config --format json` gives."""
        services = config.get("services")
        found: set[str] = set()
        for service in services.values() if isinstance(services, Mapping) else ():
            if isinstance(service, Mapping):
                found |= set(_secrets(service))
        return cls(found)

    def text(self, text: str) -> str:
        """Give a text with its secrets masked."""
        if "://" in text:
            text = _ADDRESS.sub(rf"\1:{MASK}@", text)
        return self._pattern.sub(MASK, text) if self._pattern is not None else text

    def seen(self, seen: Seen) -> Seen:
        """Mask what a container's command line or health check may hold of secrets."""

        def clean(words: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(map(self.text, words))

        return replace(
            seen,
            argv=clean(seen.argv),
            cmd=clean(seen.cmd),
            entrypoint=clean(seen.entrypoint),
            health_test=clean(seen.health_test),
            program=self.text(seen.program),
            probes=tuple(replace(probe, output=self.text(probe.output)) for probe in seen.probes),
        )

    def file(self, text: str) -> str:
        """Give a Compose file with its secrets masked, also those that are only named as such."""

        def pair(match: re.Match[str]) -> str:
            masked = is_secret(match[2]) and match[3] not in ("{", "[", "null", "|", ">", "|-", ">-")
            return f"{match[1]}{MASK}{match[4]}" if masked else match[0]

        return self.text(_PAIR.sub(pair, text))


def _secrets(service: Mapping[str, Any]) -> Iterator[str]:
    build = service.get("build")
    arguments = build.get("args") if isinstance(build, Mapping) else None
    for values in (service.get("environment"), arguments):
        for name, value in values.items() if isinstance(values, Mapping) else ():
            if not isinstance(value, str):
                continue
            if is_secret(str(name)):
                yield value
            for address in _ADDRESS.finditer(value):
                yield address[2]
                yield unquote(address[2])
