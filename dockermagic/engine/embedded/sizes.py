"""Sizes as Docker writes them ("512m", "8g"), for the private engine."""

from __future__ import annotations

import re

UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
LEAST_MEMORY, LEAST_DISK, MOST_DISK = 256, 4, 1024
"""In MB, GB and GB: what dockerd and a build need, and how big the empty disk is."""


def size(text: str) -> int:
    """Read a size, in bytes.

    Raises:
        ValueError: it is none; says what one looks like.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?", text.strip().lower())
    if found is None:
        raise ValueError("a size is a number with a unit: 768m or 2g")
    return int(float(found[1]) * UNITS[found[2] or "b"])


def megabytes(text: str) -> int:
    """Read the guest's memory, in MB; 0 for none named.

    Raises:
        ValueError: it is too little, or no size.
    """
    found = size(text) >> 20 if text else 0
    if text and found < LEAST_MEMORY:
        raise ValueError(f"the engine needs {LEAST_MEMORY}m at least")
    return found


def gigabytes(text: str) -> int:
    """Read the disk's size, in GB; the smallest for none named.

    Raises:
        ValueError: it is too little or too much, or no size.
    """
    found = -(-size(text) // UNITS["g"]) if text else LEAST_DISK
    if not LEAST_DISK <= found <= MOST_DISK:
        raise ValueError(f"the disk has {LEAST_DISK}g at least and {MOST_DISK}g at most, and takes only what is used")
    return found
