"""The history of one container, worked out from the facts about it: `live(facts, seen, name)`; the rules stand in `causes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dockermagic.containers.causes import End, end_of, policy_applies, restart_asked, restarted
from dockermagic.containers.facts import Run, ordered, runs
from dockermagic.containers.model import Cause, Fact, FactKind, Moment, Sent, Stop
from dockermagic.containers.parts import Seen, State
from dockermagic.containers.signals import SIGKILL, SIGTERM, signal_name, signal_number

__all__ = ["DEFAULT_GRACE", "Life", "live"]

DEFAULT_GRACE = 10.0
"""Seconds that `docker stop` waits where nobody says otherwise."""

_BEFORE: dict[str, float] = {"kill": 5.0, "pause": 20.0, "unpause": 20.0, "run": 1e9, "create": 1e9}
_LATEST = 60.0
"""Seconds before a change that a command may have been given to have caused it."""
_SKEW = 0.5
_BRINGS: dict[str, FactKind] = {"run": "create", "stop": "die", "kill": "die", "rm": "destroy", "restart": "start"}


@dataclass(frozen=True, slots=True)
class Life:
    """What the facts amount to."""

    history: tuple[Moment, ...]
    state: State
    exit_code: int | None
    crashes: int
    stopping: Stop | None


def live(facts: Sequence[Fact], seen: Seen, name: str) -> Life:
    """Work a life out.

    Parameters:
        seen: what inspect told last.
        name: for the commands that nobody typed here.
    """
    reader = _Reader(facts, seen, name)
    reader.read()
    return Life(tuple(reader.moments), reader.state, reader.exit_code, reader.crashes, reader.stopping())


class _Reader:
    """Goes through the facts once, and notes a moment wherever the state changes."""

    def __init__(self, facts: Sequence[Fact], seen: Seen, name: str) -> None:
        self.facts = ordered(facts)
        self.runs = runs(self.facts)
        self.seen, self.name = seen, name
        self.commands = [fact for fact in self.facts if fact.kind == "command"]
        self.taken: set[tuple[Fact, Cause, State]] = set()
        self.moments: list[Moment] = []
        self.exit_code: int | None = None
        self.crashes = self.streak = 0
        self.policy = False

    @property
    def state(self) -> State:
        """The state after the last moment."""
        return self.moments[-1].state if self.moments else "created"

    def given(self, verb: str, time: float, since: float = 0.0) -> Fact | None:
        """Give the newest command of a kind that was given here shortly before a time, and not before `since`.

        Two clocks may differ a little: a command that nothing of its kind followed may have come before what it seems to follow.
        """
        first = max(time - _BEFORE.get(verb, _LATEST), since - _SKEW)
        found = [fact for fact in self.commands if fact.verb == verb and first <= fact.time <= time + _SKEW]
        while found and found[-1].time > time and self._followed(found[-1]):
            found.pop()
        return found[-1] if found else None

    def _followed(self, command: Fact) -> bool:
        """Say whether something came after a command that it may have brought about."""
        kind = _BRINGS.get(command.verb, command.verb)
        return any(fact.kind == kind and fact.time >= command.time for fact in self.facts)

    def read(self) -> None:
        """Go through all runs."""
        for place, run in enumerate(self.runs):
            before = self.runs[place - 1] if place else None
            following = self.runs[place + 1] if place + 1 < len(self.runs) else None
            for fact in run.facts:
                self._fact(fact, run, before, following)

    def _fact(self, fact: Fact, run: Run, before: Run | None, following: Run | None) -> None:
        match fact.kind:
            case "create":
                self._note(fact.time, "created", "create", ("run", "create"), "docker create …")
            case "start":
                self._start(fact, run, before)
            case "refused":
                self._refused(fact)
            case "pause" if self.state == "running":
                self._note(fact.time, "paused", "pause", ("pause",), f"docker pause {self.name}")
            case "unpause" if self.state == "paused":
                self._note(fact.time, "running", "unpause", ("unpause",), f"docker unpause {self.name}")
            case "die":
                self._die(fact, run, following)
            case "stop" if self.state == "restarting":
                self._note(fact.time, "exited", "stop", ("stop",), f"docker stop {self.name}")
            case "destroy" if self.state != "removed":
                self._removed(fact)

    def _note(self, time: float, state: State, cause: Cause, verbs: tuple[str, ...], like: str, **more: object) -> None:
        """Add a moment, labelled with the command that was given here or else with one like it."""
        command = None
        for verb in verbs:
            found = self.given(verb, time)
            if found is not None and (found, cause, state) not in self.taken:
                command = found
                self.taken.add((found, cause, state))
                break
        text = command.text if command is not None else like
        moment = Moment(time, state, cause, text, command is not None, **more)  # type: ignore[arg-type]  # fields of Moment
        self.moments.append(moment)

    def _start(self, fact: Fact, run: Run, before: Run | None) -> None:
        by_hand = self.given("start", fact.time) or self.given("run", fact.time)
        asked = by_hand is not None and (by_hand, "start", "running") not in self.taken
        if restarted(run) or (before is not None and restart_asked(before, run)):
            self._note(fact.time, "running", "restart", ("restart",), f"docker restart {self.name}")
            self.streak = 0
        elif self.policy and not asked:
            self.crashes += 1
            self.streak += 1
            self._note(fact.time, "running", "restart policy", (), _policy_text(self.seen))
        else:
            self._note(fact.time, "running", "start", ("run", "start"), f"docker start {self.name}")
            self.streak = 0
        self.policy = False

    def _refused(self, fact: Fact) -> None:
        self.exit_code = int(fact.number or 125)
        like = f"docker start {self.name}"
        self._note(fact.time, self.state, "start failed", ("run", "start"), like, exit_code=self.exit_code, text=fact.text)

    def _die(self, fact: Fact, run: Run, following: Run | None) -> None:
        self.exit_code = None if fact.number is None else int(fact.number)
        begun = run.start.time if run.start is not None else 0.0
        used = {command for command, _, _ in self.taken}

        def typed(verb: str, time: float) -> Fact | None:
            found = self.given(verb, time, begun)
            return None if found in used else found

        end = end_of(run, following, self.seen, typed)
        self.policy = policy_applies(end, self.exit_code, self.streak, self.seen)
        sent = tuple(Sent(each.time, int(each.number or 0)) for each in run.all("kill"))
        verb = {"remove": "rm", "signal": "kill", "stop": "stop", "restart": "restart", "kill": "kill"}.get(end.cause)
        self._note(
            fact.time,
            "restarting" if self.policy else "exited",
            end.cause,
            (verb,) if verb else (),
            self._like(end),
            signal=end.signal,
            exit_code=self.exit_code,
            signals=sent,
            waited=None if end.since is None else max(0.0, fact.time - end.since),
            grace=self._grace(end, sent, fact.time) if end.cause in ("stop", "restart") else None,
            forced=end.forced,
        )

    def _like(self, end: End) -> str:
        """Give the docker command that would have brought such an end about; none if no command does."""
        if end.cause == "signal":
            return f"docker kill --signal {signal_name(end.signal or 0)} {self.name}"
        words = {"stop": "docker stop", "kill": "docker kill", "remove": "docker rm -f", "restart": "docker restart"}.get(end.cause)
        return f"{words} {self.name}" if words else ""

    def _grace(self, end: End, sent: tuple[Sent, ...], time: float) -> float:
        """Give the seconds that a stop waits: as it was typed, else as it was seen to wait, else as the container says."""
        command = self.given(end.cause, time)
        if command is not None and command.number is not None:
            return command.number
        kills = [each.time for each in sent if each.signal == SIGKILL]
        if end.forced and kills and end.since is not None and kills[-1] > end.since:
            return float(round(kills[-1] - end.since))
        return float(self.seen.stop_timeout) if self.seen.stop_timeout is not None else DEFAULT_GRACE

    def _removed(self, fact: Fact) -> None:
        last = self.moments[-1] if self.moments else None
        forced = last is not None and last.cause == "remove"
        like = f"docker rm -f {self.name}" if forced else f"docker rm {self.name}"
        if self.seen.auto_remove and not forced and self.given("rm", fact.time) is None:
            like = "--rm"
        self._note(fact.time, "removed", "remove", ("rm",), like)
        self.policy = False

    def stopping(self) -> Stop | None:
        """Give the stop that goes on: asked for here, or begun with the signal that a stop begins with; the run has not ended."""
        run = self.runs[-1]
        if run.start is None or run.end is not None or self.state not in ("running", "paused"):
            return None
        sent = tuple(Sent(each.time, int(each.number or 0)) for each in run.all("kill"))
        command = next(
            (each for each in reversed(self.commands) if each.verb in ("stop", "restart") and each.time >= run.start.time), None
        )
        gentle = signal_number(self.seen.stop_signal) or SIGTERM
        # SIGKILL alone is no stop: nothing is waited for.
        began = next((each.time for each in sent if each.signal == gentle), None)
        times = [time for time in (began, command.time if command else None) if time is not None]
        if not times or any(fact.time > max(times) for fact in run.all("stop")):
            return None
        grace = command.number if command is not None and command.number is not None else None
        if grace is None:
            grace = float(self.seen.stop_timeout) if self.seen.stop_timeout is not None else DEFAULT_GRACE
        return Stop(min(times), sent, command.text if command else "", grace)


def _policy_text(seen: Seen) -> str:
    policy = seen.restart_policy
    return f"--restart {policy.name}" + (f":{policy.most}" if policy.most else "")
