"""The booking system with real PostgreSQL and a real API: the race for readiness, what names mean inside, what mounts hide."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from dockermagic.compose.model import Mark
from dockermagic.compose.picture import StackDrawer
from tests.engine.composing import BOOKING, SEED, Desk, desk
from tests.rig import sharing
from tests.rig.applications import NODE, POSTGRES
from tests.rig.engines import at
from tests.rig.fixtures import had
from tests.rig.processes import await_fact

__all__ = ["desk"]
pytestmark = [pytest.mark.engine, pytest.mark.slow]

CHECK = """\
    healthcheck:
      test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "admin", "-d", "booking_db"]
      interval: 500ms
      retries: 99"""
HEALTHY = SEED.replace('    expose: ["5432"]', CHECK).replace(
    "    depends_on:\n      - postgres\n", "    depends_on: {postgres: {condition: service_healthy}}\n"
)
BOOKED = """\
const book = (sent) => fetch("http://frontend:5173/api/bookings", sent).then((answer) => answer.json());
const wanted = {method: "POST", body: JSON.stringify({resource: "Bicycle", day: "2030-01-02", name: "Ada"})};
book(wanted).then(() => book()).then((found) => console.log(JSON.stringify(found)));
"""


@pytest.fixture(scope="module", params=[pytest.param("engine20", marks=pytest.mark.long), "engine28"])
def docker_engine(request: pytest.FixtureRequest) -> str:
    """Give an engine with the images that the booking system stands on."""
    url = str(request.getfixturevalue(request.param))
    had(lambda: sharing.also(at(url), (POSTGRES, NODE)))
    return url


def marks(desk: Desk, stack: object, kind: str) -> list[Mark]:
    return [mark for mark in stack.model.marks if mark.kind == kind]  # type: ignore[attr-defined]  # a LiveStack


def test_started_is_not_ready(desk: Desk) -> None:
    shutil.copytree(BOOKING, desk.folder, dirs_exist_ok=True)
    stack = desk.type("-d", SEED)
    assert await_fact(lambda: "connected to the database" in stack.services["api"].logs(), 60), stack.services["postgres"].logs()
    assert await_fact(lambda: any(mark.port == 5432 for mark in marks(desk, stack, "accepts")), 10), stack.model.marks
    failed = marks(desk, stack, "failed")[0]
    accepts = next(mark for mark in marks(desk, stack, "accepts") if mark.port == 5432)
    assert failed.service == "postgres"
    assert failed.time < accepts.time
    assert "attempt 1: cannot connect" in failed.text
    drawn = StackDrawer().text(stack.model, time.time(), 200)
    assert "api tried postgres" in drawn
    assert "before it was ready" in drawn

    api = stack.services["api"]
    found = api.resolve("postgres:5432")
    assert (found.kind, found.asked, found.more[0].word) == ("found", True, "reached"), found
    (address,) = found.addresses
    assert address in {place.address for each in stack.model.replicas("postgres") for place in each.seen.networks}
    assert "postgres" in found.more[0].told
    itself = api.resolve("localhost:5432")
    assert (itself.kind, itself.more[0].word) == ("itself", "nobody listens")
    assert "3000" in itself.more[0].told
    assert itself.more[0].hint.endswith("postgres:5432")

    told = repr(api.mounts)
    assert "Two mounts, one trick" in told
    assert "pg-pool" in " ".join(told.split()), told  # in /app/node_modules, out of the image
    assert (desk.folder / "api" / "node_modules").is_dir()
    assert not list((desk.folder / "api" / "node_modules").iterdir())  # the place of the mount, on the host


def test_with_a_health_check_there_is_no_race(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(BOOKING, desk.folder, dirs_exist_ok=True)
    stack = desk.type("-d", HEALTHY)
    assert await_fact(lambda: "connected to the database" in stack.services["api"].logs(), 30)
    assert not marks(desk, stack, "failed")
    assert "attempt 1)" in stack.services["api"].logs()
    healthy = marks(desk, stack, "healthy")[0]
    first = next(mark for mark in marks(desk, stack, "line") if "API starts" in mark.text)
    assert healthy.time < first.time
    capsys.readouterr()
    assert await_fact(lambda: "listens on port 5173" in stack.services["frontend"].logs(), 10)
    desk.type("exec api node -e '" + BOOKED + "'")
    (booking,) = json.loads(capsys.readouterr().out)
    assert (booking["name"], booking["day"]) == ("Ada", "2030-01-02")
