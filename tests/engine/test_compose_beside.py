"""What stands beside `%compose` and knows its projects: `%docker_reset`, the offer at the next start, the lenses."""

from __future__ import annotations

from typing import Any

import pytest

from dockermagic import leftovers
from dockermagic.commands.cell import carry_out
from dockermagic.commands.lenses import NETWORKS
from dockermagic.commands.removals import RESET
from tests.engine.composing import Desk, desk
from tests.rig.processes import await_fact

__all__ = ["desk"]
pytestmark = pytest.mark.engine


def test_reset_takes_the_notebooks_project_and_says_so_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_lives", lambda pid: False)
    service = "  a: {image: busybox, command: sleep 600, volumes: ['data:/data', '/nameless']}\n"
    cell = f"services:\n{service}volumes: {{data: {{}}}}\n"
    labels = (("dev.dockermagic.notebook", desk.name), ("dev.dockermagic.kernel", "later"))
    stack = desk.type("-d", cell)
    (nameless,) = [mount.name for each in stack.model.replicas("a") for mount in each.seen.mounts if mount.anonymous]
    desk.type("down -t 0")  # as Compose does it, the volume without a name is left to nobody
    desk.type("-d", cell)
    assert "1 container, 1 network, 1 volume still here" in leftovers.offer(dict(labels), desk.session)  # a kernel later
    plan = carry_out(RESET, ["--dry-run"], desk.session, None, labels, desk.folder)
    going = {(each.what, each.name) for each in plan.removals}
    wanted = {
        ("container", f"{desk.name}-a-1"),
        ("network", f"{desk.name}_default"),
        ("volume", f"{desk.name}_data"),
        ("volume", nameless),
    }
    assert wanted <= going
    assert f"{desk.name}-a-1" in desk.left()[0]
    done = carry_out(RESET, [], desk.session, None, labels, desk.folder)
    assert {each.outcome for each in done.removals} == {"removed"}
    assert desk.left() == []
    assert leftovers.offer(dict(labels), desk.session) == ""
    assert leftovers.projects() == []


def test_the_lenses_know_services(desk: Desk) -> None:
    desk.type(
        "-d",
        "services:\n  web: {image: busybox, command: httpd -f -p 8000, expose: ['8000']}\n"
        "  api: {image: busybox, command: sleep 600}\n",
    )
    labels = (("dev.dockermagic.notebook", desk.name), ("dev.dockermagic.kernel", "test"))

    def networks(*words: str) -> Any:
        return carry_out(NETWORKS, list(words), desk.session, None, labels, desk.folder)

    assert await_fact(lambda: networks("api", "--resolve", "web:8000").more[0].word == "reached", 10)
    refused = networks("api", "--resolve", "localhost:8000")
    assert (refused.more[0].word, refused.more[0].hint) == ("nobody listens", "What has this port is web:8000")
    assert f"{desk.name}-api-1" in repr(networks("api"))
