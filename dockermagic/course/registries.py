"""Checks of a registry: what it holds, as the engine finds it."""

from __future__ import annotations

from dockermagic.course.subject import Place, Subject
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError

__all__ = ["RegistryCheck"]


class RegistryCheck(Subject):
    """Claims about a registry. The engine asks it, so that localhost is the engine's machine, as for a push.

    Parameters:
        address: what an image's name begins with: "localhost:5055".
    """

    def __init__(self, place: Place, address: str, exercise: str = "") -> None:
        super().__init__(place, f"registry {address}", exercise)
        self.address = address

    def _digest(self, name: str) -> tuple[str, str]:
        """Give the digest under which it holds an image, and what was said when there is none.

        Source: GET /distribution/{name}/json
        """
        try:
            found = self.ask(f"/distribution/{named(f'{self.address}/{name}')}/json")
        except EngineError as error:
            return "", error.message
        return str(((found or {}).get("Descriptor") or {}).get("digest") or ""), ""

    def holds(self, name: str, *, same_as: str = "") -> RegistryCheck:
        """It holds an image.

        Parameters:
            name: without the registry: "team/shop:1"; `same_as`: another one of it, that is to be the very same.
        """
        digest, said = self._digest(name)
        lost = "refused" in said or "no such host" in said
        full = f"{self.address}/{name}"
        hints = (
            "Does the registry run? %docker ps" if lost else "An image is in a registry when it was pushed there.",
            "Its port has to lead out of its container."
            if lost
            else f"It is pushed by its full name: does this engine have an image called {full}? %docker images",
            f"%docker push {full}" + ("" if lost else f", after %docker tag IMAGE {full}"),
        )
        self.judge(f"holds {name}", bool(digest), f"its digest: {digest}" if digest else f"It says: {said or 'nothing'}.", hints)
        if not same_as:
            return self
        other, said = self._digest(same_as)
        return self.judge(
            f"holds the same under {name} and {same_as}",
            bool(other) and digest == other,
            f"{name} is {digest[:19]}…, {same_as} is {f'{other[:19]}…' if other else said or 'not there'}.",
            (
                "A digest is the content. Whose content was pushed under each of the two names?",
                "docker tag gives an image one more name, here; push sends that name to the registry.",
                f"%docker tag {self.address}/{same_as} {full}, then %docker push {full}",
            ),
        )
