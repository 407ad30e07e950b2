"""Command lines of `docker create`, for the comparison with Docker's own command line.

`LINES` are accepted by the command line; whether an engine carries them out is the engine's affair. `REFUSED` it refuses by itself,
before any engine is asked. Both are read in a folder that `plant` fills. The network `dm-net` is a user-defined one, with the
subnet 172.31.77.0/24; `dm-peer` is a container in the default network and `dm-friend` one in `dm-net`.
"""

from __future__ import annotations

import json
from pathlib import Path

ENVIRONMENT = {"DM_SET": "from here", "DM_EMPTY": "", "HOME": "/root"}
NETWORK, SUBNET, PEER, FRIEND, VOLUME = "dm-net", "172.31.77.0/24", "dm-peer", "dm-friend", "dm-volume"

_FOLDER = Path(__file__).parent / "container_lines"


def _lines(name: str) -> list[str]:
    return [line for line in (_FOLDER / f"{name}.txt").read_text().split("\n") if line]


LINES = [line for name in ("program", "ports", "storage", "networks", "limits") for line in _lines(name)]
REFUSED = _lines("refused")


def plant(folder: Path) -> Path:
    """Put the files that the lines name into a folder."""
    (folder / "sub").mkdir()
    (folder / "app.env").write_bytes(b'\xef\xbb\xbfONE=1\n\n# note\n  TWO="2 " \r\nDM_SET\nDM_UNSET_HERE\nTHREE=a=b\n')
    (folder / "more.env").write_text("ONE=more\nEND")
    (folder / "empty.env").write_text("# nothing\n")
    (folder / "bad.env").write_text("A=1\n=2\n")
    (folder / "spaces.env").write_text("A B=1\n")
    (folder / "latin.env").write_bytes(b"A=\xe4\n")
    (folder / "labels.txt").write_text("ONE=1\nDM_SET\nTWO=\n")
    (folder / "profile.json").write_text(
        json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "note": 'a \\" b  c', "syscalls": []}, indent=4) + "\n\n"
    )
    (folder / "exists.cid").write_text("x")
    return folder
