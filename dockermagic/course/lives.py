"""Checks of a container's life: whether it is there, runs, has ended, is healthy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

from dockermagic.course.fates import fate, hints_to_run, meaning
from dockermagic.course.subject import Place, Subject

__all__ = ["BETWEEN", "LifeCheck"]

BETWEEN = 0.2
"""Seconds between two looks at what may still change."""


class LifeCheck(Subject):
    """Claims about a container's life.

    Parameters:
        name: its name or ID.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"container {name}", exercise)
        self.name = name

    def _about(self) -> Mapping[str, Any]:
        """Give what the engine says of it.

        Raises:
            CheckFailed: there is none of this name.
        """
        found = self.inspect("containers", self.name)
        if found is None:
            listed = self.ask("/containers/json", all=1) or []
            others = ", ".join(sorted(str(each["Names"][0]).lstrip("/") for each in listed if each.get("Names"))[:8])
            self.judge(
                "exists",
                False,
                f"There is no container called {self.name}. I looked at all containers: {others or 'there is none'}.",
                (
                    "Did the cell that starts it run, and without an error?",
                    f"A container gets its name from --name. Is it {self.name} there, letter by letter?",
                    f"%docker_run -d --name {self.name} IMAGE",
                ),
            )
        return found or {}

    def exists(self) -> Self:
        """There is a container of this name, running or not."""
        about = self._about()
        return self.judge("exists", True, f"its state: {about['State']['Status']}")

    def is_removed(self) -> Self:
        """There is no container of this name any more."""
        found = self.inspect("containers", self.name)
        state = found["State"]["Status"] if found else ""
        return self.judge(
            "is removed",
            found is None,
            f"There is still a container called {self.name}; it is {state}." if found else "the engine knows none of this name",
            (
                "A container that has stopped is still there: what does %docker ps -a show?",
                f"Only docker rm takes it away{', and it has to be stopped first' if state == 'running' else ''}.",
                f"%docker rm -f {self.name}",
            ),
        )

    def is_running(self) -> Self:
        """Its program runs."""
        state = self._about()["State"]
        status = str(state["Status"])
        return self.judge("is running", status == "running", fate(self.name, state), hints_to_run(self.name, state))

    def is_stopped(self) -> Self:
        """It is there, and its program has ended."""
        state = self._about()["State"]
        return self.judge(
            "is stopped",
            state["Status"] == "exited",
            fate(self.name, state),
            (
                "Stopped is neither removed nor paused.",
                f"%docker stop ends its program: {self.name} stays.",
                f"%docker stop {self.name}",
            ),
        )

    def exited(self, code: int = 0) -> Self:
        """Its program has ended with this exit code."""
        state = self._about()["State"]
        holds = state["Status"] == "exited" and state["ExitCode"] == code
        hints = ("What does its log say? %docker logs " + self.name, f"The exit code wanted is {code}: {meaning(code)}.")
        return self.judge(f"exited with {code}", holds, fate(self.name, state), hints)

    def is_healthy(self, *, within: float = 10.0) -> Self:
        """Its health check passes.

        Parameters:
            within: seconds that it may take, as long as it is starting.
        """
        deadline = time.monotonic() + within
        while (health := self._health()) == "starting" and time.monotonic() < deadline:
            time.sleep(BETWEEN)
        saw = f"its health: {health}" if health else "it has no health check"
        return self.judge(
            "is healthy",
            health == "healthy",
            saw,
            (
                "What does %docker ps say beside “Up”?",
                "starting: wait, or ask more often. unhealthy: what did the check print? %docker inspect shows it."
                if health
                else "A health check is a HEALTHCHECK in the Dockerfile, or --health-cmd of docker run.",
                f"%docker inspect --format '{{{{json .State.Health}}}}' {self.name}"
                if health
                else f"%docker rm -f {self.name}, then %docker_run with --health-cmd COMMAND --health-interval 1s",
            ),
        )

    def _health(self) -> str:
        return str((self._about()["State"].get("Health") or {}).get("Status", ""))

    def was_restarted(self, times: int, *, within: float = 10.0) -> Self:
        """The engine has started it again so many times, because its program failed, and has given up.

        Parameters:
            within: seconds that it may take until it gives up.
        """
        about, deadline = self._about(), time.monotonic() + within
        policy = (about.get("HostConfig") or {}).get("RestartPolicy") or {}
        while policy.get("Name") == "on-failure" and about["State"]["Status"] != "exited" and time.monotonic() < deadline:
            time.sleep(BETWEEN)
            about = self._about()
        saw = (
            f"{about.get('RestartCount', 0)} times; its policy: {policy.get('Name') or 'no'}:{policy.get('MaximumRetryCount', 0)}."
        )
        hints = ("How often may the engine try, and who told it so?", f"--restart on-failure:{times}, when the container is made.")
        return self.judge(f"was started again {times} times", about.get("RestartCount") == times, saw, hints)
