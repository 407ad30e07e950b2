"""A kernel, its pages and its outputs, for tests of what goes on after its cell."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dockermagic.views import attended, channel, reruns


class Comm:
    """A comm's end in the kernel."""

    made = 0

    def __init__(self) -> None:
        Comm.made += 1
        self.comm_id = f"comm{Comm.made}"
        self.sent: list[dict[str, Any]] = []
        self.closed: dict[str, Any] | None = None
        self.hear: Callable[[Any], None] = print

    def send(self, data: dict[str, Any], buffers: Any = None) -> None:
        self.sent.append(data)

    def close(self, data: dict[str, Any]) -> None:
        self.closed = data

    def on_msg(self, hear: Callable[[Any], None]) -> None:
        self.hear = hear

    def on_close(self, end: Callable[[Any], None]) -> None:
        self.end = end

    def say(self, **data: Any) -> None:
        self.hear({"content": {"data": data}})

    def got(self, key: str) -> list[Any]:
        return [data[key] for data in self.sent if key in data]


def page(*ids: str) -> Comm:
    """Open a page that shows these."""
    comm = Comm()
    channel._opened(comm, {"content": {"data": {"join": list(ids)}}})
    return comm


def eventually(fact: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Kernel:
    """What a view asks of its kernel."""

    def __init__(self, *, attended: bool = True) -> None:
        self.request = {"content": {"allow_stdin": attended}, "metadata": {"cellId": "cell"}, "header": {"msg_id": "run1"}}

    def get_parent(self, channel: str) -> dict[str, Any]:
        return self.request


class Events:
    """IPython's events."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], None]] = []

    def register(self, event: str, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)

    def unregister(self, event: str, callback: Callable[[Any], None]) -> None:
        self.callbacks.remove(callback)


class Outputs:
    """Where displays go."""

    def __init__(self) -> None:
        self.bundles: list[dict[str, Any]] = []

    def display(self, bundle: dict[str, Any], **_: Any) -> Outputs:
        self.bundles.append(bundle)
        return self

    update = display


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outputs]:
    outputs = Outputs()
    monkeypatch.setattr("IPython.display.display", outputs.display)
    monkeypatch.setattr(attended, "SAVE_EVERY", 0.05)
    yield outputs
    channel.silence()
    channel._SHOWN.clear()
    reruns._OPENED.clear()
