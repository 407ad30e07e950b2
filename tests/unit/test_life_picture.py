"""The picture of containers: what it says, that it is well formed, and that hostile text stays text."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dockermagic.containers import events as ev
from dockermagic.containers.fold import apply
from dockermagic.containers.lifecycle.picture import ContainersDrawer, bundle, last_moment
from dockermagic.containers.lifecycle.scene import scene
from dockermagic.containers.lifecycle.stopping import form_of, stop_picture
from dockermagic.containers.model import Containers
from dockermagic.containers.parts import Probe, Seen
from tests.unit.hostile_corpus import PAYLOADS
from tests.unit.life_examples import ID, T, begun, containers, forced_stop, inspected, policy
from tests.unit.life_replay import EVERY, fold, load, replay
from tests.unit.page import read
from tests.unit.test_markup_untrusted import ATTRIBUTES, PROPERTIES, TAGS

EACH = pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.stem}")
SVG = {"svg", "g", "path", "polygon", "text", "title", "rect"}
ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def live(model: Containers, later: float = 0.0) -> str:
    return ContainersDrawer().html(model, last_moment(model) + later)


@EACH
def test_a_recording_draws_everywhere(path: Path) -> None:
    model = Containers((replay(load(path)),), engine="an engine")
    drawer = ContainersDrawer()
    read(live(model))
    saved = drawer.bundle(model)
    read(saved["text/html"])
    assert saved == bundle(model)
    assert model.items[0].name in saved["text/plain"]
    assert all(len(line) <= 70 for line in drawer.text(model, T, 70).splitlines())
    assert len(drawer.lines(None, model)) >= len(model.items[0].history)
    assert len(drawer.rows(model, T, 80, 6)) <= 6


def only_what_is_kept(html: str) -> None:
    for node in read(html).all():
        assert node.name in TAGS | {"img", "i"}
        assert set(node.attributes) <= ATTRIBUTES | {"src", "alt"}
        for declaration in (node.attributes.get("style") or "").split(";"):
            prop, _, value = declaration.partition(":")
            assert not declaration or prop in PROPERTIES
            assert not re.search(r"var\(|calc\(|url\(|inherit|!important", value)
        if node.name == "img":
            head, _, data = str(node.attributes["src"]).partition(",")
            assert head == "data:image/svg+xml;base64"
            drawing = base64.b64decode(data).decode()
            assert {each.name for each in read(drawing).all()} <= SVG
            assert "currentColor" not in drawing
            assert node.attributes["alt"]


@EACH
def test_a_saved_picture_has_only_what_an_untrusted_notebook_keeps(path: Path) -> None:
    only_what_is_kept(bundle(Containers((replay(load(path)),)))["text/html"])


def test_the_present_state_is_told_by_word_and_shape() -> None:
    html = live(containers())
    picture = read(html).keyed(f"c{ID[:12]}d")
    words = [node.text for node in picture.all("text")]
    assert "▶ running" in words
    assert "stopped" in words
    # The lit box is the one that is drawn twice, thickly and filled.
    assert len([node for node in picture.all("rect") if node.attributes["stroke-width"] == "4"]) == 1


def test_arrows_that_were_taken_tell_command_time_and_code() -> None:
    (life,) = scene(forced_stop(), T + 9).groups[0].lives
    arrows = {arrow.name: arrow for arrow in life.arrows}
    end = arrows["end"]
    assert (end.command, end.cause, end.note) == ("docker stop -t 3 web", "SIGTERM, 3 s, SIGKILL", "exit code 137 · at 8.1 s")
    assert end.last
    assert not arrows["pause"].times
    words = " ".join(node.text for node in read(live(forced_stop())).keyed(f"c{ID[:12]}d").all("text"))
    assert "docker stop -t 3 web" in words
    assert "exit code 137 · at 8.1 s" in words


def test_the_three_ways_to_137_are_told_apart() -> None:
    killed = containers(ev.Signalled(T + 4, ID, 9), ev.Died(T + 4.1, ID, 137))
    starved = containers(ev.OutOfMemory(T + 4, ID), ev.Died(T + 4.1, ID, 137), memory=8_388_608)
    told = [bundle(model)["text/plain"] for model in (forced_stop(), killed, starved)]
    told = [" ".join(text.split()) for text in told]
    assert "SIGTERM changed nothing; after a grace period of 3 s came SIGKILL" in told[0]
    assert "SIGKILL ended the program at once" in told[1]
    assert "out of memory" in told[2]
    assert "8.39 MB" in told[2]


def test_run_is_drawn_as_two_steps() -> None:
    given_ = ev.CommandGiven(T - 1, ID, "run", "docker run -d --name web busybox sleep 1000")
    html = live(fold([given_, *begun()]))
    assert "step 1, create" in html
    assert "step 2, start" in html


def test_a_stop_to_scale() -> None:
    picture = stop_picture(forced_stop().items[0], T + 100)
    assert picture is not None
    assert [(flag.label, round(flag.at, 2)) for flag in picture.flags] == [
        ("SIGTERM", 0.0),
        ("SIGKILL", 3.01),
        ("exit code 137", 3.09),
    ]
    assert picture.grace == 3
    assert "process 1" in picture.why


def test_a_stop_that_goes_on_counts_down() -> None:
    model = containers(ev.CommandGiven(T + 5, ID, "stop", "docker stop web"), ev.Signalled(T + 5, ID, 15))
    begun = time.time()
    now = ev.Signalled(begun, ID, 15)
    assert ContainersDrawer().busy(containers(now))
    assert not ContainersDrawer().busy(model)  # it was long ago: the signal was survived
    assert "SIGKILL follows in 7.5 s" in live_at(model, T + 7.5)
    assert "SIGKILL follows in 2.0 s" in live_at(model, T + 13)
    assert not ContainersDrawer().busy(forced_stop())


def live_at(model: Containers, now: float) -> str:
    return ContainersDrawer().html(model, now)


@pytest.mark.parametrize(
    ("argv", "form"),
    [
        (("/bin/sh", "-c", "node server.js"), "shell form"),
        (("sh", "-ec", "x"), "exec form"),
        (("bash", "-e", "-c", "x"), "shell form"),
        (("node", "server.js"), "exec form"),
        (("sh",), "exec form"),
    ],
)
def test_shell_form_and_exec_form(argv: tuple[str, ...], form: str) -> None:
    assert form_of(Seen(argv=argv)).startswith(form)


def test_a_shell_that_has_handed_over_is_no_shell_any_more() -> None:
    seen = Seen(argv=("sh", "-c", "sleep 1000"), program="sleep 1000")
    assert form_of(seen) == "shell form: started as sh -c sleep 1000, and the shell has handed over to process 1: sleep 1000"
    stayed = Seen(argv=("sh", "-c", "sleep 1000; true"), program="sh -c sleep 1000; true")
    assert form_of(stayed).startswith("shell form: process 1 is the shell")


def test_buttons_are_those_that_make_sense_and_say_what_they_stand_for() -> None:
    def buttons(*facts: ev.Event) -> dict[str, str]:
        page = read(live(containers(*facts)))
        return {str(node.attributes["data-do"]): str(node.attributes["title"]) for node in page.all("button")}

    assert buttons() == {f"{verb} {ID}": f"docker {verb} web" for verb in ("stop", "restart", "pause", "kill", "logs")}
    assert set(buttons(ev.Died(T + 4, ID, 0)).values()) == {"docker start web", "docker rm web", "docker logs web"}
    assert "docker unpause web" in buttons(ev.Paused(T + 4, ID)).values()
    assert buttons(ev.Died(T + 4, ID, 0), ev.Removed(T + 9, ID)) == {}
    assert buttons(ev.EngineLost(T + 4, "gone")) == {}
    assert "<button" not in bundle(containers())["text/html"]


def test_an_engine_that_is_lost_is_said_and_the_clock_stands_still() -> None:
    stopping = containers(ev.Signalled(T + 4, ID, 15), ev.EngineLost(T + 6, "it hung up"))
    html = live_at(stopping, T + 500)
    assert "it hung up" in html
    assert "SIGTERM was sent 2.0 s ago" in html
    assert "it hung up" not in live_at(apply(stopping, ev.EngineBack(T + 7)), T + 8)


def test_several_containers_of_one_image_share_a_diagram() -> None:
    first = containers().items[0]
    second = replace(containers(ev.Died(T + 4, ID, 1)).items[0], id="f" * 64, name="web2")
    html = live(Containers((first, second)))
    page = read(html)
    assert "one image, 2 containers made from it" in page.text
    shared = page.keyed("g0d")
    assert any(node.text.startswith("1: web") for node in shared.all("text"))
    assert len([node for node in page.all("details") if str(node.attributes.get("data-key", "")).endswith("o")]) == 2


def test_unchanged_parts_are_drawn_alike() -> None:
    model = forced_stop()
    assert live(model) == live(model)
    assert live(model, 100) == live(model)


def test_a_health_check_s_log_is_shown() -> None:
    model = containers(inspected(T + 2, health="unhealthy", probes=(Probe(T + 1, T + 1.2, 1, "no answer\n"),)))
    page = read(live(model))
    assert "unhealthy" in page.text
    assert "no answer" in page.text


def test_a_long_life_is_listed_in_part() -> None:
    facts = [each for n in range(100) for each in (ev.Died(T + 2 + n, ID, 1), ev.Started(T + 2.5 + n, ID))]
    html = live(containers(*facts, restart_policy=policy("always")))
    assert "earlier events" in html
    assert len(html) < 60_000


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(payload: str) -> None:
    text = payload[:5000]
    facts = [
        ev.CommandGiven(T - 1, ID, "run", text),
        *begun(image=text, argv=("sh", "-c", text), name=text, health="unhealthy", probes=(Probe(T, T, 1, text),), error=text),
        ev.OutputArrived(T, ID, 1, text + "\n"),
        ev.ExecStarted(T, ID, "x", text),
        ev.Renamed(T + 2, ID, text + "2"),
        ev.PullProgress(T, text, text, 1, 2),
        ev.StartFailed(T + 2, ID, text),
        ev.CommandGiven(T + 3, ID, "stop", text),
        ev.Signalled(T + 3, ID, 15),
        ev.EngineLost(T + 9, text),
    ]
    model = fold(facts, Containers(engine=text))
    for html in (live(model), bundle(model)["text/html"]):
        page = read(html)
        for node in page.all():
            assert node.name in TAGS | SVG | {"img", "i", "button"}
            assert not ODD.search(str(node.attributes))
            assert not [name for name in node.attributes if name.startswith("on")]
        assert not ODD.search(page.text)
        html.encode("utf-8")
    assert not ODD.search(bundle(model)["text/plain"])
    only_what_is_kept(bundle(model)["text/html"])
