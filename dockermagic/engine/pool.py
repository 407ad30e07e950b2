"""docker-py's requests over connections of our own dialling: what carries them through ssh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

from dockermagic.engine.address import Address

SCHEME = "http+docker://"


class _Connection(HTTPConnection):
    address: Address

    def connect(self) -> None:
        self.sock = self.address.dial(timeout=30)
        self.sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)


class _Pool(HTTPConnectionPool):
    def __init__(self, address: Address) -> None:
        super().__init__("localhost", maxsize=4)
        # urllib3 makes its connections of this class, which knows where to dial.
        self.ConnectionCls = type("_Dialled", (_Connection,), {"address": address})


class DiallingAdapter(HTTPAdapter):
    """Sends the requests of a `requests` session to an address that only `Address.dial` can reach."""

    def __init__(self, address: Address) -> None:
        self._connections = _Pool(address)
        super().__init__()

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        """Give the pool, whatever the address in the request."""
        return self._connections

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """Give the path alone: there is no proxy on the way."""
        return str(request.path_url)

    def close(self) -> None:
        """Close the pooled connections."""
        self._connections.close()
        super().close()


def carry(session: Any, address: Address) -> None:
    """Make docker-py's client send its requests over connections to this address."""
    session.mount(SCHEME, DiallingAdapter(address))
    session.base_url = f"{SCHEME}localhost"
