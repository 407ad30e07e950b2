"""What becomes of an embedded engine in a pod of some kind: run inside it, by the tests; prints what it saw as a line of JSON."""

from __future__ import annotations

import json
import time

BEGAN = time.monotonic()


def main() -> None:
    from dockermagic.engine import search
    from dockermagic.engine.embedded import need
    from dockermagic.errors import DockerMagicError

    need.choose("embedded")
    facts: dict[str, object] = {}
    try:
        found = search()
        facts["attempts"] = [f"{each.source}: {each.refusal}" for each in found.attempts if each.refusal]
        if found.engine is not None:
            facts["title"] = found.engine.about.title
            facts["containers"] = found.engine.api.containers(all=True)
    except DockerMagicError as error:
        facts |= {"message": error.message, "hint": error.hint}
    link = need.HERE.link
    if link is not None:
        state = link.state
        facts |= {"rung": state.rung, "data": state.data, "memory": state.memory, "said": state.said}
        facts["refusals"] = {each.rung: each.why for each in state.refusals}
    print("\nfact", json.dumps({**facts, "seconds": round(time.monotonic() - BEGAN, 1)}), flush=True)


if __name__ == "__main__":
    main()
