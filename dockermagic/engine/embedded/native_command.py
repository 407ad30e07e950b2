"""The command lines of a dockerd of this machine's own: pure text.

A second dockerd beside a running one must share neither its bridge nor the chains of its firewall, which ending one would take
away from the other. So a private one gets namespaces of its own; rootless Docker has them anyway.
"""

from __future__ import annotations

from dockermagic.engine.embedded.places import Places


def _own(places: Places) -> list[str]:
    return [
        f"--data-root={places.data / 'docker'}",
        f"--exec-root={places.run / 'exec'}",
        f"--pidfile={places.run / 'dockerd.pid'}",
        f"--host=unix://{places.socket}",
        f"--config-file={places.exchange / 'daemon.json'}",
        "--log-level=warn",
    ]


def private(dockerd: str, places: Places, *, beside: bool) -> list[str]:
    """Give the command line of a private dockerd, for root: in namespaces that take its containers along when it ends.

    Parameters:
        beside: another engine is here, so the network must be of its own, too; it leads nowhere else then.
    """
    inside = 'ip link set lo up; trap "kill -TERM $!" TERM; "$@" & wait $!; wait $!'
    unshare = ["unshare", *(["--net"] if beside else []), "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [*unshare, "sh", "-c", inside, "sh", dockerd, *_own(places), "--bip=172.29.27.1/24"]


def rootless(script: str, places: Places) -> list[str]:
    """Give the command line of rootless dockerd."""
    return [script, *_own(places)]
