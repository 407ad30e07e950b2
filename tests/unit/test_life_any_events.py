"""Any events in any order make a history and a picture."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.containers import events as ev
from dockermagic.containers.lifecycle.picture import ContainersDrawer, bundle
from tests.unit.life_examples import ID, T, inspected
from tests.unit.life_replay import fold
from tests.unit.page import read

TIMES = st.floats(T - 5, T + 40)
EVENTS = st.one_of(
    st.builds(ev.Created, TIMES, st.just(ID)),
    st.builds(ev.Started, TIMES, st.just(ID)),
    st.builds(ev.Paused, TIMES, st.just(ID)),
    st.builds(ev.Unpaused, TIMES, st.just(ID)),
    st.builds(ev.Signalled, TIMES, st.just(ID), st.integers(0, 70)),
    st.builds(ev.Died, TIMES, st.just(ID), st.integers(0, 255)),
    st.builds(ev.OutOfMemory, TIMES, st.just(ID)),
    st.builds(ev.Stopped, TIMES, st.just(ID)),
    st.builds(ev.Restarted, TIMES, st.just(ID)),
    st.builds(ev.Removed, TIMES, st.just(ID)),
    st.builds(ev.StartFailed, TIMES, st.just(ID), st.text(max_size=9), st.integers(0, 255)),
    st.builds(
        ev.CommandGiven,
        TIMES,
        st.just(ID),
        st.sampled_from(["run", "start", "stop", "kill", "rm", "restart"]),
        st.text(max_size=9),
        st.none() | st.floats(-1, 20),
    ),
    st.builds(ev.ExecStarted, TIMES, st.just(ID), st.text(max_size=3), st.text(max_size=9)),
    st.builds(ev.ExecDied, TIMES, st.just(ID), st.text(max_size=3), st.none() | st.integers(0, 255)),
    st.builds(inspected, TIMES, state=st.sampled_from(["created", "running", "exited", "paused", "restarting", "dead"])),
    st.builds(ev.EngineLost, TIMES, st.text(max_size=5)),
    st.builds(ev.EngineBack, TIMES),
    st.builds(
        ev.PullProgress, TIMES, st.text(max_size=5), st.text(max_size=3), st.integers(0, 10**12), st.none() | st.integers(0, 10**12)
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=25), TIMES)
def test_any_events_in_any_order_make_a_picture(told: list[ev.Event], now: float) -> None:
    model = fold([ev.Created(T, ID, "web", "busybox"), *told])
    read(ContainersDrawer().html(model, now))
    read(bundle(model)["text/html"])
    times = [moment.time for moment in model.items[0].history]
    assert times == sorted(times)
