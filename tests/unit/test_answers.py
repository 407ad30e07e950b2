"""Questions to the engine: what is asked again, and what is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic.engine import answers
from dockermagic.errors import EngineError

GONE = b'{"message": "snapshot ugrjcck1vtpiajbkagrwyd2u4 does not exist: not found"}'


class Refusing:
    """An engine whose clean-up goes on for some questions; its words are those of Docker Engine 28.5."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.asked = refusals, 0
        self.address = SimpleNamespace(url="test")
        self.api = SimpleNamespace(base_url="", request=self.request)

    def path(self, path: str) -> str:
        return path

    def request(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        refused = self.asked <= self.refusals
        return SimpleNamespace(status_code=404 if refused else 200, content=GONE if refused else b'{"BuildCache": []}')


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers.time, "sleep", lambda seconds: None)


def ask(engine: Refusing, path: str) -> Any:
    return answers.ask(engine, "GET", path)  # type: ignore[arg-type]  # as much of an engine as is asked


def test_what_uses_the_disk_is_asked_for_again_while_the_engine_tidies_up() -> None:
    engine = Refusing(3)
    assert ask(engine, "/system/df") == {"BuildCache": []}
    assert engine.asked == 4


def test_it_is_not_asked_for_ever_and_nothing_else_is() -> None:
    for path, times in (("/system/df", 5), ("/images/x/json", 1)):
        engine = Refusing(100)
        with pytest.raises(EngineError, match="does not exist"):
            ask(engine, path)
        assert engine.asked == times
