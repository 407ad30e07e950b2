"""A stack as facts come: whose containers, which marks, what is drawn of them; with facts of any kind in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.compose import events as ev
from dockermagic.compose.fold import apply
from dockermagic.compose.layout import lay_out
from dockermagic.compose.model import Stack
from dockermagic.compose.picture import StackDrawer
from dockermagic.compose.project import Project, read_project
from dockermagic.compose.scene import scene
from dockermagic.compose.tries import failed_try
from dockermagic.containers import events as life
from dockermagic.containers.parts import Probe, Seen

CONFIG = {
    "name": "shop",
    "services": {
        "db": {"image": "postgres:15", "healthcheck": {"test": ["CMD", "pg_isready"]}, "expose": ["5432"],
               "networks": {"back": None}},
        "api": {
            "image": "api", "depends_on": {"db": {"condition": "service_healthy", "required": True}},
            "ports": [{"target": 80, "published": "8080", "protocol": "tcp"}], "networks": {"back": None, "front": None},
        },
        "web": {"image": "<b>web", "depends_on": {"api": {"condition": "service_started"}}, "networks": {"front": None},
                "scale": 2},
    },
    "networks": {"back": {"name": "shop_back"}, "front": {"name": "shop_front"}},
    "volumes": {"data": {"name": "shop_data"}},
}  # fmt: skip
PROJECT = read_project(CONFIG)


def seen(service: str, number: int = 1, project: str = "shop", **more: object) -> Seen:
    labels = (
        ("com.docker.compose.project", project),
        ("com.docker.compose.service", service),
        ("com.docker.compose.container-number", str(number)),
    )
    return replace(Seen(name=f"{project}-{service}-{number}", state="running", created=100.0, started=101.0, labels=labels), **more)  # type: ignore[arg-type]


def stack(*events: ev.Event) -> Stack:
    found = Stack(PROJECT, began=100.0)
    for event in events:
        found = apply(found, event)
    return found


def test_only_the_project_s_containers_belong() -> None:
    found = stack(
        life.Created(100.0, "x", "other", "i"),
        life.Inspected(101.5, "x", seen("db", project="other")),
        life.Inspected(101.5, "d", seen("db")),
        life.Inspected(101.5, "o", replace(seen("db"), labels=(*seen("db").labels, ("com.docker.compose.oneoff", "True")))),
        life.Died(102.0, "x", 1),
    )
    assert [each.id for each in found.containers] == ["d"]


def test_ready_is_healthy_and_counts_from_the_start() -> None:
    probe = Probe(102.4, 102.5, 0)
    found = stack(
        life.Inspected(101.5, "d", seen("db", health="starting")),
        ev.PortAccepts(101.8, "d", 5432),
        life.HealthChanged(103.0, "d", "healthy", probe),
    )
    assert found.ready_after("db") == 1.5
    assert stack(life.Inspected(101.5, "d", seen("db"))).ready_after("db") is None


def test_marks_begin_anew_with_a_start() -> None:
    found = stack(
        life.Inspected(101.5, "a", seen("api")),
        ev.LineSeen(101.2, "a", "one"),
        ev.LineSeen(101.3, "a", "two"),
        ev.AttemptFailed(101.4, "a", "db", "refused"),
    )
    assert [(mark.kind, mark.text) for mark in found.marks] == [("line", "one"), ("failed", "refused")]
    again = apply(apply(found, life.Died(102.0, "a", 1)), life.Started(103.0, "a"))
    assert again.marks == ()
    assert apply(again, ev.LineSeen(103.1, "a", "three")).marks[0].text == "three"


def test_the_race_is_told() -> None:
    found = stack(
        life.Inspected(101.5, "d", seen("db", health="starting")),
        life.Inspected(101.5, "a", seen("api")),
        ev.AttemptFailed(101.4, "a", "db", "ECONNREFUSED"),
        life.HealthChanged(103.0, "d", "healthy"),
    )
    assert "api tried db 1.60 s before it was ready" in StackDrawer().text(found, 104.0, 200)


def test_text_of_others_is_escaped() -> None:
    drawn = StackDrawer()
    for html in (drawn.html(stack(), 101.0), drawn.bundle(stack())["text/html"]):
        assert "<b>web" not in html
    assert "<svg" not in drawn.bundle(stack())["text/html"]
    assert "<button" not in drawn.bundle(stack(life.Inspected(101.5, "d", seen("db"))))["text/html"]
    assert "<button" in drawn.html(stack(life.Inspected(101.5, "d", seen("db"))), 102.0)


def test_what_waits_stands_left_of_what_it_needs_and_networks_are_whole() -> None:
    layout = lay_out(scene(stack(), 101.0))
    columns = {name: place.column for name, place in layout.places.items()}
    assert columns["web"] < columns["api"] < columns["db"]
    assert len({(place.column, place.row) for place in layout.places.values()}) == 3
    assert sorted(area[0] for area in layout.areas) == [0, 1]


def test_tries() -> None:
    db, api = PROJECT.service("db"), PROJECT.service("api")
    assert db is not None
    assert api is not None
    assert failed_try("connect ECONNREFUSED 10.0.0.2:5432", [db]) == "db"
    assert failed_try("getaddrinfo EAI_AGAIN db", [api, db]) == "db"
    assert failed_try("connection refused: 10.0.0.3:80", [db, api]) == "api"
    assert failed_try("connection refused", [db, api]) == ""
    assert failed_try("connected to db", [db]) == ""
    assert failed_try("connection refused", []) == ""


TIMES = st.floats(100, 200)
IDS = st.sampled_from(["d", "a", "w", "w2"])
STATES = st.sampled_from(["created", "running", "paused", "restarting", "exited", "dead"])
HEALTH = st.sampled_from(["none", "starting", "healthy", "unhealthy"])
NAMES = st.sampled_from(["db", "api", "web", "ghost"])


def inspected(time: float, id: str, service: str, number: int, state: str, health: str) -> life.Inspected:
    return life.Inspected(time, id, seen(service, number, state=state, health=health))


EVENTS = st.one_of(
    st.builds(inspected, TIMES, IDS, NAMES, st.integers(1, 3), STATES, HEALTH),
    st.builds(life.Started, TIMES, IDS), st.builds(life.Died, TIMES, IDS, st.integers(0, 255)), st.builds(life.Removed, TIMES, IDS),
    st.builds(life.HealthChanged, TIMES, IDS, st.sampled_from(["starting", "healthy", "unhealthy"])),
    st.builds(ev.LineSeen, TIMES, IDS, st.text(max_size=20)), st.builds(ev.PortAccepts, TIMES, IDS, st.integers(1, 65535)),
    st.builds(ev.AttemptFailed, TIMES, IDS, st.sampled_from(["db", "api"]), st.text(max_size=20)),
    st.builds(ev.Progress, TIMES, st.text(max_size=9), st.sampled_from(["Working", "Done", "Error"]), st.text(max_size=9)),
    st.builds(ev.Printed, TIMES, st.sampled_from([1, 2]), st.text(max_size=30)), st.builds(ev.Noted, TIMES, st.text(max_size=30)),
    st.builds(ev.Ended, TIMES, st.integers(0, 2), st.booleans()), st.just(ev.ProjectRead(100.0, PROJECT)),
    st.builds(life.EngineLost, TIMES, st.text(max_size=9)), st.builds(life.EngineBack, TIMES),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=30))
def test_any_facts_in_any_order_can_be_drawn(events: list[ev.Event]) -> None:
    drawer = StackDrawer()
    before: Stack | None = None
    found = stack(*events)
    for older, newer in itertools.pairwise([None, Stack(), found]):
        assert isinstance(drawer.lines(older, newer or Stack()), list)
        before = older
    assert before is not found
    assert drawer.html(found, 150.0)
    assert drawer.bundle(found)["text/plain"]
    assert len(drawer.rows(found, 150.0, 60, 8)) <= 8


KEYS = ["name", "services", "a", "networks", "volumes", "ports", "depends_on", "target", "build", "healthcheck", "test", "deploy"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["name", "services", "networks", "volumes"]), JSON, max_size=4))
def test_any_answer_of_compose_is_read(config: dict[str, object]) -> None:
    project = read_project(config)
    assert isinstance(project, Project)
    assert StackDrawer().html(Stack(project, began=1.0), 2.0)
