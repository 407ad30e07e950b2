"""Answers that a notebook can judge and does not show: a salted hash of each. Pure.

Who wants to can try all answers of a short list. What a seal prevents is that the answer is read by accident, in the source of the
cell or in what is saved.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

__all__ = ["fits", "seal", "shuffled"]


def _normal(answer: str) -> str:
    return "\n".join(" ".join(line.split()) for line in answer.strip().splitlines())


def seal(answer: str, salt: str = "") -> str:
    """Seal an answer; blanks at its ends, and how many there are between words, do not count.

    Parameters:
        answer: the option's text, or lines in their order.
        salt: eight hexadecimal digits; new ones when there are none.
    """
    salt = salt or secrets.token_hex(4)
    return f"{salt}:{hashlib.sha256(f'{salt}:{_normal(answer)}'.encode()).hexdigest()[:32]}"


def fits(answer: str, seals: str | Iterable[str]) -> bool:
    """Say whether an answer is one of those that are sealed."""
    wanted = [seals] if isinstance(seals, str) else list(seals)
    return any(seal(answer, each.partition(":")[0]) == each for each in wanted)


def shuffled(lines: Sequence[str], salt: str) -> tuple[str, ...]:
    """Give lines in an order that says nothing of the one they were written in, and that is the same each time."""
    return tuple(sorted(lines, key=lambda line: hashlib.sha256(f"{salt}/{line}".encode()).digest()))
