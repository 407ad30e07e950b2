"""`%docker_record` and `%docker_replay`: from the line to what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dockermagic import session
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag, Parsed, parse
from dockermagic.labels import NOTEBOOK
from dockermagic.recordings.badge import date_text
from dockermagic.recordings.player import PAUSE, Pace, play
from dockermagic.recordings.recorder import Recorder, follow_cells
from dockermagic.recordings.recording import Cell, Recording, read
from dockermagic.views import tap
from dockermagic.views.units import bytes_text, plural, seconds_text

__all__ = ["RECORD", "REPLAY", "record", "replay"]


def _seconds(value: str) -> None:
    if not 0 <= float(value) <= 3600:
        raise ValueError("it is a number of seconds from 0 to 3600")


def _speed(value: str) -> None:
    if not 0.05 <= float(value) <= 1000:
        raise ValueError("it is a factor from 0.05 to 1000: 2 is twice as fast")


RECORD = Command(
    name="%docker_record",
    usage="[--replace] FILE | --stop",
    summary="Record what this notebook's builds, runs and stacks show, for %docker_replay.",
    flags=(
        Flag("stop", "", "bool", help="End the recording.", ours=True),
        Flag("replace", "", "bool", help="Begin a recording anew that is there already.", ours=True),
    ),
    most=1,
    examples=(
        Example("%docker_record demo.recording", "record from here on"),
        Example("%docker_record", "say what has been recorded so far"),
        Example("%docker_record --stop", "end it"),
    ),
    notes=(
        (
            "What is written are the pictures' facts, and the first line of each cell. Values that look like secrets are masked: "
            "the file can be passed on. Look at it before you do. Of a long output only the end is kept."
        ),
    ),
)

REPLAY = Command(
    name="%docker_replay",
    usage="[OPTIONS] FILE [CELL...]",
    summary="Show a recording again, as it moved. Nothing is run, and every picture says when it was recorded.",
    flags=(
        Flag("list", "", "bool", help="List the cells that it has.", ours=True),
        Flag("next", "", "bool", help="Only the cell after the one that was shown last.", ours=True),
        Flag("instant", "", "bool", help="Show the end of each at once.", ours=True),
        Flag("speed", "", "float", "FACTOR", "So many times as fast as it was.", ours=True, example="2", default=1.0, check=_speed),
        Flag(
            "pause",
            "",
            "float",
            "SECONDS",
            "The longest pause between cells.",
            ours=True,
            example="1",
            default=PAUSE,
            check=_seconds,
        ),
    ),
    least=1,
    examples=(
        Example("%docker_replay demo.recording", "all cells in their order"),
        Example("%docker_replay demo.recording 3", "the third cell that was recorded"),
        Example("%docker_replay demo.recording hello:1 web", "the cells that built hello:1 and ran web"),
        Example("%docker_replay --next demo.recording", "one cell after the other, each time it is run"),
        Example("%docker_replay --speed 4 demo.recording", "four times as fast"),
    ),
    notes=("Interrupting the kernel (■) shows the end at once.",),
)

_LEAVE: list[Callable[[], None]] = []
_SHOWN: dict[Path, int] = {}
"""Which cell of a recording was shown last, for --next."""


def record(line: str, shell: Any) -> str | None:
    """Begin or end a recording, or tell of it; None when the line asks for help.

    Raises:
        UsageError: the file is there already or cannot be written, or there is no recording to end.
    """
    parsed = parse(RECORD, line)
    if parsed.help:
        return None
    running = tap.listened_to()
    recorder = running if isinstance(running, Recorder) else None
    if parsed.on("stop"):
        if parsed.positionals or parsed.on("replace"):
            raise UsageError("--stop takes nothing else.", "%docker_record --stop")
        return _stop(recorder)
    if not parsed.positionals:
        if parsed.on("replace"):
            raise UsageError("Which recording is to be replaced?", "%docker_record --replace demo.recording")
        return "Nothing is recorded. %docker_record FILE begins." if recorder is None else f"Recording: {_told(recorder)}"
    if recorder is not None and not recorder.closed:
        raise UsageError(f"“{recorder.path.name}” is being recorded already.", "%docker_record --stop ends it.")
    return _begin(parsed, shell)


def _begin(parsed: Parsed, shell: Any) -> str:
    path = session.notebook_folder(shell) / parsed.positionals[0]
    recorder = Recorder(path, dict(session.labels(shell))[NOTEBOOK], replace=parsed.on("replace"))
    session.CURRENT.hold(recorder)
    tap.listen(recorder)
    while _LEAVE:
        _LEAVE.pop()()
    if shell is not None:
        _LEAVE.append(follow_cells(recorder, shell))
    return f"Recording into {path.name}: builds, runs and stacks of the cells from here on. %docker_record --stop ends it."


def _stop(recorder: Recorder | None) -> str:
    if recorder is None:
        raise UsageError("Nothing is being recorded.", "%docker_record FILE begins a recording.")
    recorder.close()
    tap.listen(None)
    while _LEAVE:
        _LEAVE.pop()()
    return f"Recorded {_told(recorder)} %docker_replay {recorder.path.name} shows it."


def _told(recorder: Recorder) -> str:
    if recorder.trouble:
        return f"{recorder.path.name} could not be written further: {recorder.trouble}. What it has until then can be shown."
    size = bytes_text(recorder.path.stat().st_size) if recorder.path.exists() else "0 B"
    return f"{plural(recorder.cells, 'cell')} with {plural(recorder.views, 'picture')}, {size}, in {recorder.path.name}."


def replay(line: str, shell: Any) -> str | None:
    """Show a recording, or list its cells; gives what is to be printed, None when the line asks for help.

    Raises:
        UsageError: it has no such cell.
        RecordError: it is no recording, is damaged, or was made by a newer dockermagic.
    """
    parsed = parse(REPLAY, line)
    if parsed.help:
        return None
    name, *wanted = parsed.positionals
    recording = read(session.notebook_folder(shell) / name)
    if parsed.on("list"):
        return _listed(recording)
    if not recording.cells:
        raise UsageError(f"“{name}” holds no cell: nothing was shown while it was recorded.", "%docker_record FILE records more.")
    if parsed.on("next"):
        if wanted:
            raise UsageError("--next takes no cell.", f"%docker_replay {name} {wanted[0]}")
        cells = [_next(recording)]
    else:
        cells = _chosen(recording, wanted)
    _SHOWN[recording.path] = max(recording.cells.index(cell) for cell in cells)
    play(recording, cells, Pace(parsed.number("speed"), parsed.number("pause"), parsed.on("instant")), shell)
    return ""


def _next(recording: Recording) -> Cell:
    place = _SHOWN.get(recording.path, -1) + 1
    if place >= len(recording.cells):
        _SHOWN.pop(recording.path, None)
        raise UsageError(
            f"“{recording.path.name}” has no further cell: all {len(recording.cells)} were shown.", "Once more, and it begins anew."
        )
    return recording.cells[place]


def _chosen(recording: Recording, wanted: Sequence[str]) -> list[Cell]:
    """Give the cells of these numbers and names, in the order of the recording; all of them where none is named."""
    if not wanted:
        return list(recording.cells)
    found: list[Cell] = []
    for word in wanted:
        cells = [cell for cell in recording.cells if word in (str(cell.number), *cell.names)]
        if not cells:
            has = ", ".join(dict.fromkeys(f"{cell.number} ({', '.join(cell.names) or cell.source})" for cell in recording.cells))
            raise UsageError(f"“{recording.path.name}” has no cell “{word}”.", f"It has {has[:400]}.")
        found += cells
    return [cell for cell in recording.cells if cell in found]


def _listed(recording: Recording) -> str:
    head = f"{recording.path.name}: recorded on {date_text(recording.began)} from {recording.notebook}"
    rows = [head, *(_row(cell) for cell in recording.cells)]
    return "\n".join(rows) + "\n"


def _row(cell: Cell) -> str:
    ended = cell.ended if cell.ended is not None else max((view.frames[-1].at for view in cell.views if view.frames), default=0.0)
    return (
        f"{cell.number:4}  {seconds_text(max(0.0, ended - cell.began)):>12}  {', '.join(cell.names) or '-':<24}  {cell.source[:60]}"
    )
