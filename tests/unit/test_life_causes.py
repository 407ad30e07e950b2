"""Each rule that finds the cause of a change, by itself: what makes it hold and what makes it not hold."""

from __future__ import annotations

from dockermagic.containers import events as ev
from tests.unit.life_examples import ID, T, inspected, last, one, policy


def test_an_end_without_any_signal_is_the_program_s_own() -> None:
    assert last(ev.Died(T + 5, ID, 3)) == ("exited", "exit", 3)


def test_a_stop_that_is_told_before_or_after_the_end() -> None:
    for stopped in (4.999, 5.04):
        facts = ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 0), ev.Stopped(T + stopped, ID)
        assert last(*facts) == ("exited", "stop", 0)


def test_a_stop_long_after_the_end_is_none() -> None:
    assert last(ev.Died(T + 5, ID, 0), ev.Stopped(T + 60, ID)) == ("exited", "exit", 0)


def test_signals_without_a_stop_were_kill_s() -> None:
    assert last(ev.Signalled(T + 4, ID, 9), ev.Died(T + 5, ID, 137)) == ("exited", "kill", 137)
    assert last(ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 143)) == ("exited", "signal", 143)
    assert last(ev.Signalled(T + 4.5, ID, 10), ev.Died(T + 5, ID, 0)) == ("exited", "signal", 0)


def test_a_signal_that_was_survived_is_no_cause() -> None:
    assert last(ev.Signalled(T + 4, ID, 1), ev.Died(T + 500, ID, 0)) == ("exited", "exit", 0)


def test_the_exit_code_names_the_signal_however_long_it_took() -> None:
    assert last(ev.Signalled(T + 4, ID, 10), ev.Died(T + 30, ID, 138)) == ("exited", "signal", 138)


def test_a_signal_that_the_engine_does_not_name() -> None:
    moment = one(ev.Signalled(T + 4, ID, 0), ev.Died(T + 4.1, ID, 137)).history[-1]
    assert (moment.cause, moment.signal) == ("kill", 9)
    moment = one(ev.Signalled(T + 4, ID, 0), ev.Died(T + 4.1, ID, 138)).history[-1]
    assert (moment.cause, moment.signal) == ("signal", 10)


def test_out_of_memory() -> None:
    assert last(ev.OutOfMemory(T + 4, ID), ev.Died(T + 4.1, ID, 137)) == ("exited", "out of memory", 137)
    # Told after the end, or only by inspect.
    assert last(ev.Died(T + 4.1, ID, 137), ev.OutOfMemory(T + 4.15, ID)) == ("exited", "out of memory", 137)
    told = inspected(T + 5, state="exited", finished=T + 4.05, exit_code=137, out_of_memory=True)
    assert last(ev.Died(T + 4.1, ID, 137), told) == ("exited", "out of memory", 137)


def test_a_child_that_ran_out_of_memory_is_no_cause() -> None:
    assert last(ev.OutOfMemory(T + 2, ID), ev.Died(T + 40, ID, 1)) == ("exited", "exit", 1)
    facts = ev.OutOfMemory(T + 2, ID), ev.Signalled(T + 39.9, ID, 9), ev.Died(T + 40, ID, 137)
    assert last(*facts) == ("exited", "kill", 137)


def test_a_sigkill_that_nobody_sent() -> None:
    assert last(ev.Died(T + 5, ID, 137)) == ("exited", "killed", 137)


def test_a_forced_removal() -> None:
    container = one(ev.Signalled(T + 5, ID, 9), ev.Died(T + 5.05, ID, 137), ev.Removed(T + 5.1, ID))
    assert [(m.cause, m.command) for m in container.history[2:]] == [("remove", "docker rm -f web")] * 2
    # By hand, and a while later: a kill and a removal.
    container = one(ev.Signalled(T + 5, ID, 9), ev.Died(T + 5.05, ID, 137), ev.Removed(T + 9, ID))
    assert [m.command for m in container.history[2:]] == ["docker kill web", "docker rm web"]


def test_a_kill_of_what_removes_itself() -> None:
    container = one(ev.Signalled(T + 5, ID, 9), ev.Died(T + 5.05, ID, 137), ev.Removed(T + 5.1, ID), auto_remove=True)
    assert [(m.cause, m.command) for m in container.history[2:]] == [("kill", "docker kill web"), ("remove", "--rm")]


def test_docker_s_restart_and_podman_s() -> None:
    docker = [ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 0), ev.Stopped(T + 5.1, ID), ev.Started(T + 5.3, ID)]
    container = one(*docker, ev.Restarted(T + 5.3001, ID))
    assert [m.cause for m in container.history[2:]] == ["restart", "restart"]
    podman = [ev.Restarted(T + 4, ID), ev.Died(T + 4.2, ID, 0), ev.Started(T + 4.5, ID)]
    assert [m.cause for m in one(*podman).history[2:]] == ["restart", "restart"]


def test_a_stop_and_a_later_start_are_no_restart() -> None:
    facts = [ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 0), ev.Stopped(T + 5.1, ID), ev.Started(T + 30, ID)]
    assert [m.cause for m in one(*facts).history[2:]] == ["stop", "start"]
    # docker restart of a container that was stopped before.
    assert [m.cause for m in one(*facts, ev.Restarted(T + 30.001, ID)).history[2:]] == ["stop", "restart"]


def test_the_restart_policy() -> None:
    facts = [ev.Died(T + 5, ID, 3), ev.Started(T + 5.2, ID), ev.Died(T + 6, ID, 3), ev.Started(T + 6.4, ID)]
    container = one(*facts, restart_policy=policy("always"))
    assert [m.state for m in container.history[2:]] == ["restarting", "running", "restarting", "running"]
    assert [m.cause for m in container.history[3::2]] == ["restart policy", "restart policy"]
    assert container.crashes == 2
    assert one(*facts).crashes == 0


def test_on_failure_restarts_failures_only_and_so_often() -> None:
    assert last(ev.Died(T + 5, ID, 0), restart_policy=policy("on-failure")) == ("exited", "exit", 0)
    assert last(ev.Died(T + 5, ID, 1), restart_policy=policy("on-failure")) == ("restarting", "exit", 1)
    twice = [ev.Died(T + 5, ID, 1), ev.Started(T + 5.2, ID), ev.Died(T + 6, ID, 1)]
    assert last(*twice, restart_policy=policy("on-failure", 1)) == ("exited", "exit", 1)


def test_no_policy_restarts_what_somebody_stopped() -> None:
    facts = [ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 0), ev.Stopped(T + 5.1, ID)]
    assert last(*facts, restart_policy=policy("always")) == ("exited", "stop", 0)
    assert last(ev.Signalled(T + 4, ID, 9), ev.Died(T + 5, ID, 137), restart_policy=policy("always")) == ("exited", "kill", 137)


def test_a_start_that_was_typed_is_no_policy_s() -> None:
    facts = [ev.Died(T + 5, ID, 3), ev.CommandGiven(T + 9, ID, "start", "docker start web"), ev.Started(T + 9.1, ID)]
    container = one(*facts, restart_policy=policy("always"))
    assert (container.history[-1].cause, container.history[-1].command) == ("start", "docker start web")


def test_a_stop_while_it_waits_for_its_restart() -> None:
    facts = [ev.Died(T + 5, ID, 3), ev.Stopped(T + 5.5, ID)]
    # A stop event near an end by itself is a stop of the end, on every engine.
    assert last(*facts, restart_policy=policy("always"))[0] == "exited"


def test_words_that_were_typed_label_the_next_change_of_their_kind_once() -> None:
    given = ev.CommandGiven(T + 4, ID, "stop", "docker stop -t 1 web", 1)
    first = [given, ev.Signalled(T + 4.1, ID, 15), ev.Died(T + 4.2, ID, 0), ev.Stopped(T + 4.3, ID), ev.Started(T + 6, ID)]
    second = [ev.Signalled(T + 8, ID, 15), ev.Died(T + 8.2, ID, 0), ev.Stopped(T + 8.3, ID)]
    moments = one(*first, *second).history
    assert [(m.command, m.typed) for m in moments[2:]] == [
        ("docker stop -t 1 web", True),
        ("docker start web", False),
        ("docker stop web", False),
    ]


def test_a_typed_stop_needs_no_word_from_the_engine() -> None:
    given = ev.CommandGiven(T + 4, ID, "stop", "docker stop -t 1 web", 1)
    moment = one(given, ev.Died(T + 5.1, ID, 137)).history[-1]
    assert (moment.cause, moment.forced, moment.grace, moment.signal) == ("stop", True, 1, 9)
    assert moment.waited is not None
    assert abs(moment.waited - 1.1) < 0.01


def test_a_stop_that_goes_on() -> None:
    container = one(ev.CommandGiven(T + 4, ID, "stop", "docker stop web"), ev.Signalled(T + 4.1, ID, 15), stop_timeout=7)
    assert container.state == "running"
    assert container.stopping is not None
    assert (container.stopping.time, container.stopping.grace, container.stopping.command) == (T + 4, 7, "docker stop web")
    assert one(ev.Signalled(T + 4, ID, 10)).stopping is None
    assert one(ev.Signalled(T + 4, ID, 15), ev.Died(T + 5, ID, 0)).stopping is None


def test_what_inspect_tells_stands_in_for_events_that_were_missed() -> None:
    told = inspected(T + 9, state="exited", finished=T + 5, exit_code=2)
    assert last(told) == ("exited", "exit", 2)
    assert last(inspected(T + 9, state="paused")) == ("paused", "unknown", None)
    assert last(inspected(T + 9, state="paused"), ev.Paused(T + 8, ID)) == ("paused", "pause", None)


def test_an_end_before_the_report_of_its_start() -> None:
    from dockermagic.containers.model import Containers
    from tests.unit.life_replay import fold, told

    facts = [ev.Created(T, ID, "web", "busybox"), ev.Died(T + 0.9, ID, 1), ev.Started(T + 1, ID)]
    assert told(fold(facts, Containers()).items[0])[1:] == (("running", "start", None), ("exited", "exit", 1))


def test_a_life_of_many_crashes_stays_small() -> None:
    facts: list[ev.Event] = []
    for number in range(600):
        facts += [ev.Died(T + 2 + number, ID, 1), ev.Started(T + 2.5 + number, ID)]
    container = one(*facts, restart_policy=policy("always"), restarts=600)
    assert len(container.facts) <= 201
    assert container.earlier > 700
    assert container.crashes == 600
    assert container.history[0].cause == "create"
    assert container.state == "running"


def test_a_stop_that_was_typed_for_the_run_before_is_not_this_one_s() -> None:
    first = [ev.CommandGiven(T + 4, ID, "stop", "docker stop web"), ev.Signalled(T + 4.01, ID, 15), ev.Died(T + 4.02, ID, 0)]
    again = [ev.Stopped(T + 4.05, ID), ev.Started(T + 4.3, ID)]
    killed = [ev.CommandGiven(T + 4.5, ID, "kill", "docker kill web"), ev.Signalled(T + 4.6, ID, 9), ev.Died(T + 4.65, ID, 137)]
    gone = [ev.CommandGiven(T + 4.8, ID, "rm", "docker rm web"), ev.Removed(T + 4.9, ID)]
    moments = one(*first, *again, *killed, *gone).history
    assert [(m.cause, m.command, m.typed) for m in moments[2:]] == [
        ("stop", "docker stop web", True),
        ("start", "docker start web", False),
        ("kill", "docker kill web", True),
        ("remove", "docker rm web", True),
    ]


def test_a_command_labels_what_follows_it_not_what_was_just_before() -> None:
    stop = [ev.CommandGiven(T + 1.2, ID, "stop", "docker stop web"), ev.Died(T + 1.25, ID, 0), ev.Stopped(T + 1.26, ID)]
    again = [ev.CommandGiven(T + 1.3, ID, "start", "docker start web"), ev.Started(T + 1.4, ID)]
    assert [m.typed for m in one(*stop, *again).history] == [False, False, True, True]
    # With a clock that is a little ahead, and nothing that follows, it still is what was typed.
    late = ev.CommandGiven(T + 1.3, ID, "start", "docker start web")
    assert [m.typed for m in one(late).history] == [False, True]
