"""Checks of networks."""

from __future__ import annotations

from dockermagic.course.subject import Place, Subject

__all__ = ["NetworkCheck"]


class NetworkCheck(Subject):
    """Claims about a network.

    Parameters:
        name: its name.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"network {name}", exercise)
        self.name = name

    def connects(self, *containers: str) -> NetworkCheck:
        """These containers are on it, and run."""
        about = self.inspect("networks", self.name)
        on_it = {str(each.get("Name")) for each in ((about or {}).get("Containers") or {}).values()}
        missing = [name for name in containers if name not in on_it]
        saw = "There is no network of this name." if about is None else f"On it: {', '.join(sorted(on_it)) or 'nobody'}."
        hints = (
            "Containers find each other by name on a network that you made; on the default one they do not.",
            f"%docker network create {self.name}"
            if about is None
            else f"%docker network connect {self.name} {missing[0] if missing else ''}",
        )
        return self.judge(f"connects {' and '.join(containers)}", about is not None and not missing, saw, hints)
