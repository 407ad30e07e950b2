"""The rig as pytest fixtures: started on demand, once a session, and ended by process id.

A part that cannot be had skips the test with its reason; in CI it is a failure.

    engine          address of the engine that is here, which others may use as well
    engine20        address of a private Engine 20.10 with the overlay2 image store
    engine28        address of a private Engine 28 with the containerd image store
    podman          address of a private Podman API service
    any_engine      each of engine20, engine28 and podman in turn
    docker_engine   each of engine20 and engine28 in turn
    registry, token_registry    registries on the loopback of `engine`
    registry_beside factory: the same beside any engine: registry_beside(url, tokens=True)
    docker_cli      factory: the docker command line of an engine's own time: docker_cli(url).run("build", …)
    buildx          the docker command line 28 with buildx, speaking to engine28
    tag             factory: an image name of the test's own, removed when it ends: tag("app") -> "dm-test-…/app:1"

`engines.at(url)` gives the rig's handle on an engine, with a docker-py client.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeVar

import pytest

from tests.rig import clients, engines, leftovers, sharing
from tests.rig import registry as registries
from tests.rig.clients import Cli
from tests.rig.engines import Engine
from tests.rig.places import IN_CI, RigError
from tests.rig.registry import Registry

T = TypeVar("T")


def had(make: Callable[[], T]) -> T:
    """Give a real part, or skip the test and say why; in CI its lack is a failure."""
    try:
        return make()
    except RigError as error:
        if IN_CI:
            pytest.fail(f"a real part is missing: {error}", pytrace=False)
        pytest.skip(str(error))


def guarded(engine: Engine) -> Iterator[str]:
    """Give an engine's address while its base images are there; then fail if the tests left or took anything."""
    before = leftovers.take_stock(engine)
    with ExitStack() as stack:
        had(lambda: stack.enter_context(sharing.base_images(engine)))
        yield engine.url
    strict = IN_CI or engine.home is not None
    difference = leftovers.compare(before, leftovers.take_stock(engine), strict=strict)
    if difference.others:
        warnings.warn(f"meanwhile at {engine.url}: {'; '.join(difference.others)}", stacklevel=1)
    if difference.ours:
        pytest.fail(f"the tests did not leave {engine.url} as it was: {'; '.join(difference.ours)}", pytrace=False)


def private(make: Callable[[], Engine]) -> Iterator[str]:
    """Give a private engine's address, guarded; then end it."""
    engine = had(make)
    try:
        yield from guarded(engine)
    finally:
        engine.end()


def _here() -> Engine:
    found = engines.provide() if IN_CI else engines.here()
    if found is None:
        raise RigError("no engine answers here; `make test` provides one on Debian and Ubuntu")
    return found


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """Give the address of the engine that is here."""
    yield from guarded(had(_here))


@pytest.fixture(scope="session")
def engine20() -> Iterator[str]:
    """Give the address of an Engine 20.10, with the overlay2 image store."""
    yield from private(lambda: engines.private("20.10"))


@pytest.fixture(scope="session")
def engine28() -> Iterator[str]:
    """Give the address of an Engine 28 with the containerd image store."""
    yield from private(lambda: engines.private("28"))


@pytest.fixture(scope="session")
def podman() -> Iterator[str]:
    """Give the address of a Podman API service."""
    yield from private(engines.podman)


@pytest.fixture(scope="session", params=["engine20", "engine28", "podman"])
def any_engine(request: pytest.FixtureRequest) -> str:
    """Give the address of each kind of engine in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="session", params=["engine20", "engine28"])
def docker_engine(request: pytest.FixtureRequest) -> str:
    """Give the address of each Docker Engine in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def registry_beside() -> Iterator[Callable[..., Registry]]:
    """Give a function that starts a registry beside an engine, once for each engine and kind."""
    started: dict[tuple[str, bool], Registry] = {}

    def beside(url: str, *, tokens: bool = False) -> Registry:
        if (url, tokens) not in started:
            started[url, tokens] = had(lambda: registries.beside(engines.at(url), tokens=tokens))
        return started[url, tokens]

    yield beside
    for each in started.values():
        each.end()


@pytest.fixture(scope="session")
def registry(engine: str, registry_beside: Callable[..., Registry]) -> Registry:
    """Give an open registry on the loopback of `engine`."""
    return registry_beside(engine)


@pytest.fixture(scope="session")
def token_registry(engine: str, registry_beside: Callable[..., Registry]) -> Registry:
    """Give a registry with token authentication on the loopback of `engine`."""
    return registry_beside(engine, tokens=True)


@pytest.fixture(scope="session")
def docker_cli() -> Callable[[str], Cli]:
    """Give a function from an engine's address to the docker command line of its time."""
    return lambda url: had(lambda: clients.for_engine(engines.at(url)))


@pytest.fixture(scope="session")
def buildx(engine28: str) -> Cli:
    """Give the docker command line 28 with buildx, speaking to Engine 28."""
    return had(lambda: clients.new(engine28))


@pytest.fixture
def tag() -> Iterator[Callable[[str], str]]:
    """Give a function that makes image names of this test's own; the images are removed when the test ends."""
    beginning = f"{leftovers.TAG}/{secrets.token_hex(3)}"
    used: list[str] = []

    def name(what: str = "image") -> str:
        used.append(f"{beginning}-{what}:{len(used) + 1}")
        return used[-1]

    yield name
    for each in list(engines.RUNNING.values()) if used else []:
        leftovers.remove_tagged(each, beginning)
