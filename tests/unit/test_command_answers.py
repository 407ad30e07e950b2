"""Small things that commands answer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dockermagic.commands.cell import run_docker
from dockermagic.commands.fields.usage import stats_row
from dockermagic.commands.streams import event_text
from dockermagic.errors import UsageError
from dockermagic.session import Session


@pytest.mark.parametrize(("zone", "written"), [("UTC", "Z"), ("XYZ-5:30", "+05:30")])
def test_the_time_of_an_event_is_written_as_the_cli_does(zone: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        text = event_text({"timeNano": 1_700_000_000_123_456_789, "Type": "container", "Action": "start", "Actor": {"ID": "c1"}})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert text.split(" ")[0].endswith(f".123456789{written}")


def test_a_container_that_was_not_read_yet_has_its_name_and_no_numbers() -> None:
    row = stats_row({}, "web")
    assert (row["Name"], row["CPUPerc"], row["MemUsage"]) == ("web", "--", "-- / --")


@pytest.mark.parametrize("line", ["ps --as class", "run --as None busybox", "images --as 1a"])
def test_an_answer_is_not_kept_under_a_word_of_python(line: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a variable"):
        run_docker(line, Session(), None, (), Path("/"))
