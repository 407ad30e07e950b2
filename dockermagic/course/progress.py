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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Exercise", "Progress"]

VERSION = 1


@dataclass
class Exercise:
    """An exercise: the claims that were made in it and whether each held when it was last checked.

    `attempts`: how often each claim did not hold since it last did. `failures`: how often one did not hold, ever. `done`:
    seconds since the epoch at which all of them held for the first time.
    """

    name: str
    claims: dict[str, bool] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    done: float | None = None

    @property
    def complete(self) -> bool:
        """Whether every claim held when it was last checked."""
        return bool(self.claims) and all(self.claims.values())


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
        found = self.exercises.setdefault(exercise, Exercise(exercise))
        found.claims[claim] = holds
        if holds:
            found.attempts.pop(claim, None)
        else:
            found.attempts[claim] = found.attempts.get(claim, 0) + 1
            found.failures += 1
        if found.complete and found.done is None:
            found.done = time.time()
        self._write()
        return found.attempts.get(claim, 0)

    def forget(self) -> None:
        """Forget all of it."""
        self.exercises = {}
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        document = {
            "version": VERSION,
            "exercises": [
                {"name": each.name, "claims": each.claims, "attempts": each.attempts, "failures": each.failures, "done": each.done}
                for each in self.exercises.values()
            ],
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
            )
            for each in document["exercises"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {each.name: each for each in found}
