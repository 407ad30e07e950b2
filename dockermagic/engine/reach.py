"""Where a browser finds the ports that are published, when the notebook's server stands behind a hub."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping

__all__ = ["find_reach"]


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def find_reach(url: str, environ: Mapping[str, str], installed: Callable[[str], bool] = _installed) -> str:
    """Give the path below which a browser finds published ports by their number; empty where they are at localhost.

    In a JupyterHub's pod, Binder's as well, a browser cannot connect to the pod; the package jupyter-server-proxy passes on what
    it asks for below the server's own address.

    Parameters:
        url: the engine's address; only ports of an engine on this machine are the pod's.
        environ: the process's variables.
        installed: whether a package is there.

    Source: jupyter-server-proxy's documentation, `/proxy/PORT/`; JupyterHub's variables of a single-user server.
    """
    prefix = environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    behind = prefix.startswith("/") and url.startswith("unix://") and installed("jupyter_server_proxy")
    return f"{prefix.rstrip('/')}/proxy/" if behind else ""
