"""A real Docker Engine in a package: a kernel that is an ordinary process, a root with dockerd, an empty disk, a network library.

`dockermagic` starts it; there is nothing to call here.
"""

from pathlib import Path

PARTS = Path(__file__).parent / "parts"
LOCK = Path(__file__).parent / "lock.json"
