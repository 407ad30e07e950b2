"""The hub's values for one engine that all learners share, taken at their word: pods as they say, the engine over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from dockermagic.labels import NOTEBOOK, PLACE
from tests.engine.relays import certificates, over_tcp, relay, server_tls
from tests.engine.test_embedded_pod import image
from tests.rig import embedded, engines, pods
from tests.rig.fixtures import had
from tests.rig.places import ROOT

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(200)]

VALUES: dict[str, Any] = yaml.safe_load((ROOT / "binder/hub/remote.yaml").read_text())["singleuser"]
HOST, _, PORT = VALUES["extraEnv"]["DOCKER_HOST"].removeprefix("tcp://").partition(":")


@pytest.fixture
def learner(engine: str, image: tuple[docker.DockerClient, str], tmp_path: Path) -> Iterator[Any]:
    """Give what a learner of some name sees who works, or resets."""
    client, name = image
    gateway = engines.gateway(client)
    made, secret = certificates(tmp_path, HOST), tmp_path / "secret"
    secret.mkdir()
    (mount,) = VALUES["storage"]["extraVolumeMounts"]
    for each in ("ca.pem", "cert.pem", "key.pem"):
        (secret / each).write_bytes((made / each).read_bytes())
        (secret / each).chmod(VALUES["storage"]["extraVolumes"][0]["secret"]["defaultMode"])

    def seen(user: str, does: str) -> dict[str, Any]:
        told = pods.ran(
            client,
            name,
            ["python3", "/opt/tests/hub_learner.py", does],
            {had(embedded.site): "/opt/site", secret: mount["mountPath"]},
            within=100,
            user=f"{VALUES['uid']}:0",
            group_add=[str(VALUES["fsGid"])],
            mem_limit=VALUES["memory"]["limit"].lower(),
            environment={**VALUES["extraEnv"], "JUPYTERHUB_USER": user},
            extra_hosts={HOST: gateway},
        )
        assert told.code == 0, told.said[-3000:]
        return told.together()

    with relay(engine, over_tcp(gateway, int(PORT)), server_tls(tmp_path)):
        yield seen


def containers(client: docker.DockerClient) -> list[docker.models.containers.Container]:
    return client.containers.list(all=True, filters={"ancestor": "dm-test-hub:1"})


def test_learners_share_an_engine_and_lose_nothing_by_each_other_s_reset(
    learner: Any, image: tuple[docker.DockerClient, str]
) -> None:
    client, _ = image
    try:
        ada = learner("ada", "work")
        assert ada == {"built": True, "engine": VALUES["extraEnv"]["DOCKER_HOST"], "embedded": False}
        (adas,) = containers(client)
        assert learner("bob", "work")["built"] is True
        both = containers(client)
        assert len(both) == 2
        assert {each.labels[NOTEBOOK] for each in both} == {"lesson"}
        assert len({each.labels[PLACE] for each in both}) == 2
        learner("bob", "reset")
        assert [each.id for each in containers(client)] == [adas.id]
        learner("ada", "reset")
        assert containers(client) == []
    finally:
        for each in containers(client):
            each.remove(force=True)
        for tag in client.images.list("dm-test-hub"):
            client.images.remove(tag.id, force=True)
