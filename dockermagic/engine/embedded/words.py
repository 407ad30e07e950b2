"""What is told of a private engine: pairs of label and text."""

from __future__ import annotations

from dockermagic.engine.embedded.state import State

PHASES = {
    "starting": "is being started",
    "ready": "runs",
    "stopping": "is being ended",
    "stopped": "has ended",
    "failed": "could not be started",
}


def private_rows(state: State) -> tuple[tuple[str, str], ...]:
    """Say how a private engine runs, and what was refused on the way."""
    rows = [("State", f"{PHASES[state.phase]}{f': {state.said}' if state.said else ''}")]
    if state.rung:
        took = f", started in {state.ready - state.began:.1f} s" if state.ready > state.began and not state.crashes else ""
        rows.append(("How", f"{state.rung}{took}"))
    if state.guest:
        walls = "its kernel, and the host's Landlock" if state.confined else "its kernel"
        rows.append(("Room", f"{state.memory} MB of memory, {state.disk} GB of disk in {state.data}"))
        rows.append(("Bind mounts reach", ", ".join(state.folders) or "nothing of this machine"))
        rows.append(("Kept inside by", walls))
    elif state.phase == "ready":
        rows.append(("Room", f"this machine's memory, and the disk that {state.data} is on"))
        rows.append(("Bind mounts reach", "every folder that you reach yourself"))
    if state.apart:
        rows.append(("Network", "one of its own that leads nowhere, since another engine is here: published ports do not answer"))
    if state.phase == "ready":
        stays = "kept until %docker_engine stop" if state.keep else "ends a minute after the last one has gone"
        rows.append(("Used by", f"{state.users} {'process' if state.users == 1 else 'processes'}; {stays}"))
    if state.crashes:
        rows.append(("Started again", f"{state.crashes} times" if state.crashes > 1 else "once"))
    if state.ports:
        rows.append(("Open here", ", ".join(state.ports)))
    rows += [("Not open here", f"{each.host}:{each.port}/{each.protocol}: {each.why}") for each in state.conflicts]
    rows += [(f"Not as {each.rung}", each.why) for each in state.refusals]
    return tuple(rows)
