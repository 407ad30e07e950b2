"""A prepared disk in a pod: made, begun with, replaced; run inside it, by the tests; prints what it saw as lines of JSON.

python embedded_prepared.py PULLED ARCHIVE IN_ARCHIVE      (an image of a registry; a file, and the name of an image in it)
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from dockermagic.console.main import main as dockermagic
from dockermagic.engine import Engine, search
from dockermagic.engine.embedded import client, machine, need, prepare


def told(**facts: object) -> None:
    print("\nfact", json.dumps(facts), flush=True)


def engine() -> Engine:
    found = search(folders=(Path.cwd(),)).engine
    assert found is not None
    return found


def images(on: Engine) -> list[str]:
    return sorted(tag for image in on.api.images() for tag in image["RepoTags"] or ())


def written(disk: Path) -> tuple[int, int, int]:
    """Give what tells one writing of a disk from another."""
    about = disk.stat()
    return about.st_ino, about.st_size, about.st_mtime_ns


def end() -> None:
    need.leave()
    client.stop(machine.find_places())


def main() -> None:
    pulled, archive, inside = sys.argv[1:]
    need.choose("embedded")
    disk, data = prepare.target(), Path(machine.find_places().data)
    told(
        missing=dockermagic(["prepare", "no.such.registry.invalid/image"]),
        nothing=sorted(path.name for path in disk.parent.iterdir()),
    )
    began = time.monotonic()
    told(pulled=dockermagic(["prepare", pulled]), seconds=round(time.monotonic() - began, 1))
    before = written(disk)
    learner = engine()
    told(images=images(learner), own=sorted(path.name for path in data.iterdir()))
    learner.api.tag(pulled, "mine")
    learner.api.remove_image(pulled)
    end()
    told(kept=images(engine()), untouched=written(disk) == before)
    end()
    client.reset(machine.find_places())
    told(anew=images(engine()))
    end()
    told(loaded=dockermagic(["prepare", "--from", archive, inside]))
    replaced = engine()
    link = need.HERE.link
    told(replaced=images(replaced), said=link.state.said if link is not None else "")
    end()
    told(left=sorted(path.name for path in disk.parent.iterdir()), size=disk.stat().st_size, modes=oct(disk.stat().st_mode & 0o777))


if __name__ == "__main__":
    main()
