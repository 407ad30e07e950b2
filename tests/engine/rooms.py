"""An engine with what two notebooks and an instructor have on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockermagic.commands.cell import carry_out, run_docker
from dockermagic.commands.plans import Plan
from dockermagic.commands.removals import RESET
from dockermagic.engine import Engine
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session


class Room:
    """An engine with what two notebooks and an instructor have on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.api, self.session = engine, engine.api, Session(engine)
        self.salt = f"dmt{secrets.token_hex(3)}"
        self.mine = {NOTEBOOK: f"{self.salt}-mine", KERNEL: "k"}
        self.other = {NOTEBOOK: f"{self.salt}-other", KERNEL: "k"}

    def container(
        self, name: str, labels: dict[str, str], *, start: bool = False, volume: str = "", image: str = "busybox", network: str = ""
    ) -> str:
        host = self.api.create_host_config(binds=[f"{volume}:/data"] if volume else None, network_mode=network or None)
        made = self.api.create_container(image, ["sleep", "1000"], name=f"{self.salt}-{name}", labels=labels, host_config=host)
        if start:
            self.api.start(made["Id"])
        return f"{self.salt}-{name}"

    def do(self, line: str, folder: Path = Path("/")) -> Any:
        return run_docker(line, self.session, None, tuple(self.mine.items()), folder)

    def reset(self, *words: str) -> Plan:
        plan = carry_out(RESET, list(words), self.session, None, tuple(self.mine.items()), Path("/"))
        assert isinstance(plan, Plan)
        return plan

    def there(self) -> set[str]:
        names = {name[1:] for each in self.api.containers(all=True) for name in each["Names"]}
        names |= {each["Name"] for each in self.api.networks()} | {each["Name"] for each in self.api.volumes()["Volumes"] or []}
        return {name.removeprefix(f"{self.salt}-") for name in names if name.startswith(self.salt)}


def furnished(everywhere: Engine) -> Iterator[Room]:
    """Give such an engine, and take away what was made on it."""
    made = Room(everywhere)
    yield made
    made.session.close()
    api = everywhere.api
    for each in api.containers(all=True):
        if any(made.salt in name for name in each["Names"]):
            api.remove_container(each["Id"], force=True, v=True)
    for each in api.networks():
        if each["Name"].startswith(made.salt):
            api.remove_network(each["Id"])
    for each in api.volumes()["Volumes"] or []:
        if each["Name"].startswith(made.salt):
            api.remove_volume(each["Name"])
