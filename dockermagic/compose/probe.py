"""Asking ports whether they take connections, from inside the project's network: a small container of ours beside the others.

1. From inside, so that it works with every engine, a remote one too, and for ports that are not published.
2. It is made from an image that is here and has a shell; nothing is pulled. Without one there are no such marks, and it is said.
3. It tries each port ten times a second until it was taken once, and ends by itself after a minute, or with the cell.
4. It is not Compose's: it has none of its labels, so Compose neither counts nor removes it.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockermagic.compose.listening import Ear
from dockermagic.errors import DockerMagicError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["NO_IMAGE", "Probe", "Target"]

LASTS = 60
"""Seconds."""
GONE_WITHIN = 10
"""Seconds."""
MARK = "dev.dockermagic.probe"
NO_IMAGE = "Which port was ready when is not measured: that takes an image with a shell, and neither busybox nor alpine is here."
_IMAGES = ("busybox", "alpine")
_SCRIPT = """\
end=$(( $(date +%s) + LASTS ))
try() { w=0; until nc -w 1 "$1" "$2" -e true; do w=1; [ $(date +%s) -ge $end ] && exit; sleep 0.1; done; echo "$1 $2 $w"; }
while [ $# -gt 1 ]; do try "$1" "$2" 2>/dev/null & shift 2; done
wait
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A port to try: the container's name and the network on which it is reached, by their names on the engine."""

    container: str
    port: int
    network: str


class Probe:
    """A container that tries ports; made and removed in a thread of its own, for nobody shall wait for it.

    Parameters:
        labels: what everything that is made from here carries.
        tell: takes the time, the container's name, the port, and whether it was refused before, once each port was taken.
        fail: takes a sentence if there can be no probe.
    """

    def __init__(
        self,
        engine: Engine,
        targets: Sequence[Target],
        labels: Mapping[str, str],
        tell: Callable[[float, str, int, bool], None],
        fail: Callable[[str], None],
    ) -> None:
        self._engine, self._targets, self._labels, self._tell, self._fail = engine, tuple(targets), dict(labels), tell, fail
        self._id = ""
        self._ear: Ear | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dockermagic probe", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        from docker.errors import DockerException

        api: Any = self._engine.api
        try:
            image = self._image()
            if not image:
                self._fail(NO_IMAGE)
                return
            networks = list(dict.fromkeys(target.network for target in self._targets))
            words = [word for target in self._targets for word in (target.container, str(target.port))]
            script = _SCRIPT.replace("LASTS", str(LASTS))
            made = api.create_container(
                image, entrypoint=["sh", "-c", script, "probe"], command=words, labels={**self._labels, MARK: "1"},
                host_config=api.create_host_config(network_mode=networks[0], auto_remove=True),
            )  # fmt: skip
            self._id = str(made["Id"])
            for network in networks[1:]:
                api.connect_container_to_network(self._id, network)
            if not self._closed.is_set():
                api.start(self._id)
            with self._lock:
                if not self._closed.is_set():
                    self._ear = Ear(self._engine, self._id, tty=False, since=0.0, tell=self._said)
                    return
        except (DockerException, DockerMagicError, OSError) as error:
            if not self._closed.is_set():
                self._fail(f"Which port was ready when is not measured: {str(error)[:200]}")
        self._remove()  # it was closed meanwhile, and whoever closed it may not have waited

    def _image(self) -> str:
        here = sorted(tag for each in self._engine.api.images() for tag in each.get("RepoTags") or ())
        # Podman tells the registry as well: docker.io/library/busybox:latest.
        return next((tag for name in _IMAGES for tag in here if re.fullmatch(rf"(docker\.io/library/)?{name}:[\w.-]+", tag)), "")

    def _said(self, time: float, stream: int, line: str) -> None:
        name, _, rest = line.partition(" ")
        port, _, waited = rest.partition(" ")
        if port.isdigit():
            self._tell(time, name, int(port), waited == "1")

    def _remove(self) -> None:
        from docker.errors import DockerException

        if not self._id:
            return
        api: Any = self._engine.api
        try:
            api.remove_container(self._id, force=True)
        except (DockerException, OSError, DockerMagicError):
            # It has just ended by itself: while the engine removes it, it still holds on to the networks.
            with contextlib.suppress(DockerException, OSError, DockerMagicError):
                api.wait(self._id, timeout=GONE_WITHIN, condition="removed")

    def close(self, patience: float = 0.8) -> None:
        """End it, and remove its container.

        Parameters:
            patience: seconds to wait for a container that is being made; after that its thread removes it.
        """
        with self._lock:
            self._closed.set()
            ear = self._ear
        if ear is not None:
            ear.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(patience)
        if ear is not None:
            self._remove()
            ear.close()
