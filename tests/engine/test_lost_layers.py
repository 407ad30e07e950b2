"""An image that the engine loses while it puts it together: its clean-up may take a layer away that was there a moment before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockermagic.builds import worker
from dockermagic.builds.paths import open_path
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import MADE, failing, make, salted

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]

LOST = (
    'failed to prepare extraction snapshot "extract-740213015-XGOL sha256:cf46b8da": '
    "parent snapshot sha256:ea21db7d does not exist: not found"
)


@pytest.mark.parametrize("times", [1, 2])
def test_an_image_that_the_engine_lost_while_it_put_it_together(
    engine28: str, context: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The engine's words are those that Docker Engine 28.5 said; they are put in place of its answer once, or twice."""
    opened = []

    def losing(*given: Any) -> Any:
        kind, path = open_path(*given)
        opened.append(path)
        close = path.decoder.close

        def lost(now: float) -> Iterator[Any]:
            yield from close(now)
            if len(opened) <= times:
                path.decoder.error = LOST

        path.decoder.close = lost
        return kind, path

    monkeypatch.setattr(worker, "open_path", losing)
    engine = Engine(Address(engine28))
    text = f"FROM busybox\n{salted()}\nCOPY . /app\n"
    if times == 1:
        build = make(text, engine=engine, context=context)
        assert build.image_id
    else:
        error = failing(text, engine, context=context)
        assert error.build is not None
        build = error.build
        MADE.append((engine, opened[-1].decoder.image_id))  # in truth it is there
        assert "Run the cell again" in error.hint
    assert len(opened) == 2
    assert [(step.keyword, step.status) for step in build.steps][1:] == [("RUN", "ran"), ("COPY", "ran")]
    assert [note for note in build.notes if "once more" in note]
