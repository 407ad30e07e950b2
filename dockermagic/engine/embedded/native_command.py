"""The command lines and settings of a dockerd of this machine's own: pure text.

A second dockerd beside a running one must share neither its bridge nor the chains of its firewall, which ending one would take
away from the other. So a private one gets namespaces and a bridge of its own; rootless Docker has them anyway.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dockermagic.engine.embedded.places import Places

BRIDGE, ADDRESS = "dockermagic0", "172.29.27.1/24"
"""Not docker0, by which another engine is known."""
INSIDE = f"""
trap 'over=yes; test -z "$pid" || kill -TERM $pid' TERM
ip link set lo up
ip link add {BRIDGE} type bridge 2>/dev/null
ip address replace {ADDRESS} dev {BRIDGE}
ip link set {BRIDGE} up
if test -z "$over"; then
  "$@" & pid=$!
  test -z "$over" || kill -TERM $pid
  while kill -0 $pid 2>/dev/null; do wait $pid; done
fi
ip link delete {BRIDGE}
"""
"""What the first process inside does: it passes the order to end on, and takes the bridge away."""


def settings(places: Places) -> str:
    """Give dockerd's configuration; not on its command line, which dockerd-rootless.sh splits at every blank."""
    return json.dumps(
        {
            "data-root": str(places.data / "docker"),
            "exec-root": str(places.run / "exec"),
            "pidfile": str(places.run / "dockerd.pid"),
            "hosts": [f"unix://{places.socket}"],
            "log-level": "warn",
        }
    )


def _configured(places: Places) -> str:
    return f"--config-file={places.exchange / 'daemon.json'}"


def private(dockerd: str, places: Places, *, beside: bool) -> list[str]:
    """Give the command line of a private dockerd, for root: in namespaces that take its containers along when it ends.

    Parameters:
        beside: another engine is here, so the network must be of its own, too; it leads nowhere else then.
    """
    unshare = ["unshare", *(["--net"] if beside else []), "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [*unshare, "sh", "-c", INSIDE, "sh", dockerd, _configured(places), f"--bridge={BRIDGE}"]


def rootless(script: str, places: Places) -> list[str]:
    """Give the command line of rootless dockerd."""
    return [script, _configured(places)]


def rootless_variables(environ: Mapping[str, str], places: Places) -> dict[str, str]:
    """Give the variables that dockerd-rootless.sh is to have: a namespace of processes takes its containers along, too."""
    state = str(places.run / "rootlesskit")
    flags = f"{environ.get('DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS', '')} --pidns --state-dir={state}".strip()
    return {
        "XDG_RUNTIME_DIR": str(places.run),
        "DOCKERD_ROOTLESS_ROOTLESSKIT_STATE_DIR": state,
        "DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS": flags,
    }
