"""Where a browser finds published ports: at localhost, or through a hub."""

from __future__ import annotations

import pytest

from dockermagic.compose.markup import _port
from dockermagic.compose.scene import _bound
from dockermagic.containers.lenses.ports import Found
from dockermagic.containers.parts import Port
from dockermagic.engine.reach import find_reach
from dockermagic.views.hostile import path
from dockermagic.views.look import Look

HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}
HERE = "unix:///run/engine.sock"


@pytest.mark.parametrize(
    ("url", "environ", "there", "reach"),
    [
        (HERE, HUB, True, "/user/ada/proxy/"),
        (HERE, {"JUPYTERHUB_SERVICE_PREFIX": "/"}, True, "/proxy/"),
        (HERE, HUB, False, ""),  # nobody passes it on
        (HERE, {}, True, ""),  # no hub
        ("tcp://far:2376", HUB, True, ""),  # its ports are not the pod's
        (HERE, {"JUPYTERHUB_SERVICE_PREFIX": "javascript:alert(1)"}, True, ""),
    ],
)
def test_the_path_below_which_ports_are_found(url: str, environ: dict[str, str], there: bool, reach: str) -> None:
    asked: list[str] = []
    assert find_reach(url, environ, lambda name: asked.append(name) or there) == reach  # type: ignore[func-returns-value]
    assert set(asked) <= {"jupyter_server_proxy"}


@pytest.mark.parametrize(
    ("port", "reach", "address"),
    [
        (Port(3000, "tcp", "0.0.0.0", 8080, published=True), "", "http://localhost:8080/"),
        (Port(3000, "tcp", "127.0.0.1", 8080, published=True), "/user/ada/proxy/", "/user/ada/proxy/8080/"),
        (Port(3000, "tcp", "10.1.2.3", 8080, published=True), "/user/ada/proxy/", "http://10.1.2.3:8080/"),
        (Port(3000, "udp", "0.0.0.0", 8080, published=True), "/user/ada/proxy/", ""),
    ],
)
def test_a_services_link(port: Port, reach: str, address: str) -> None:
    words, url = _bound(port, reach)
    assert url == address
    drawn = str(_port(words, url, Look(inline=True)))
    assert (f'href="{address}"' in drawn) == bool(address)


def test_the_lens_says_where_a_browser_finds_it() -> None:
    port = Port(3000, "tcp", "0.0.0.0", 8080, published=True)
    assert "/user/ada/proxy/8080/" in Found("web", port, "open", reach="/user/ada/proxy/").row().told
    assert "hub" not in Found("web", port, "open").row().told


@pytest.mark.parametrize(
    "url",
    ["//elsewhere/8080/", "/\\elsewhere/", "javascript:alert(1)", "/user/a b/", "/user/?next=//x", "/a/#b", "", "user/", "/\n"],
)
def test_what_is_no_plain_path_is_no_link(url: str) -> None:
    assert path(url) == ""
