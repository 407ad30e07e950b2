"""What a notebook's checks found, kept in the user's data directory: it survives a kernel's restart.

A file a notebook. Only sentences, counts and times are kept. What cannot be read counts as nothing done; what cannot be written
costs the memory of it, never the check.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Exercise", "Progress"]

VERSION = 1


@dataclass
class Exercise:
    """An exercise: the claims of its last round and whether each held.

    A claim that does not hold ends a round, since it ends the cell; a claim that comes again begins one. So a claim whose words
    changed with what the learner wrote does not stay behind.

    `attempts`: how often each claim did not hold since it last did. `failures`: how often one did not hold, ever. `done`:
    seconds since the epoch at which all of a round held for the first time. `kept`: whether that stays, whatever comes.
    """

    name: str
    claims: dict[str, bool] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    done: float | None = None
    kept: bool = False

    @property
    def complete(self) -> bool:
        """Whether every claim of a round held."""
        return self.done is not None

    def note(self, claim: str, holds: bool, now: float) -> int:
        """Take note of a claim; give how often it did not hold since it last did."""
        if claim in self.claims or not all(self.claims.values()):
            self.kept = self.kept or (bool(self.claims) and all(self.claims.values()))
            self.claims = {}
        self.claims[claim] = holds
        if holds:
            self.attempts.pop(claim, None)
            self.done = now if self.done is None else self.done
        else:
            self.attempts[claim] = self.attempts.get(claim, 0) + 1
            self.failures += 1
            self.done = self.done if self.kept else None
        return self.attempts.get(claim, 0)


class Progress:
    """What a notebook's checks found.

    Parameters:
        notebook: what the notebook is known by.
        folder: where it is kept; None for the user's data directory.
    """

    def __init__(self, notebook: str, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_data_path

            folder = user_data_path("dockermagic") / "progress"
        self.notebook = notebook
        self.path = folder / f"{hashlib.sha256(notebook.encode(errors='replace')).hexdigest()[:24]}.json"
        self.exercises: dict[str, Exercise] = _read(self.path)

    def note(self, exercise: str, claim: str, holds: bool) -> int:
        """Write down what a check found.

        Returns:
            How often the claim did not hold since it last did, this time included.
        """
        attempt = self.exercises.setdefault(exercise, Exercise(exercise)).note(claim, holds, time.time())
        self._write()
        return attempt

    def forget(self) -> None:
        """Forget all of it."""
        self.exercises = {}
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        document = {
            "version": VERSION,
            "exercises": [asdict(each) for each in self.exercises.values()],
        }
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile("w", dir=self.path.parent, prefix=".new-", delete=False) as new:
                json.dump(document, new)
            os.replace(new.name, self.path)


def _read(path: Path) -> dict[str, Exercise]:
    try:
        document: Any = json.loads(path.read_text())
        if document["version"] != VERSION:
            return {}
        found = [
            Exercise(
                str(each["name"]),
                {str(claim): bool(holds) for claim, holds in each["claims"].items()},
                {str(claim): int(count) for claim, count in each["attempts"].items()},
                int(each["failures"]),
                None if each["done"] is None else float(each["done"]),
                bool(each["kept"]),
            )
            for each in document["exercises"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
    return {each.name: each for each in found}
