"""A disk with images, that private engines begin with: made in a pod, as the last step of an image makes it."""

from __future__ import annotations

from typing import Any

import docker
import pytest

from tests.engine.test_embedded_pod import image
from tests.rig import embedded, engines, images, pods, registry
from tests.rig.fixtures import had

__all__ = ["image"]
GB = 1 << 30


@pytest.fixture(scope="module")
def facts(engine: str, image: tuple[docker.DockerClient, str]) -> dict[str, Any]:
    """What was seen there, with a registry beyond the pod whose authority only the pod's bundle knows."""
    client, name = image
    beside = had(lambda: registry.beside(engines.at(engine)))
    try:
        beside.push(images.BUSYBOX, "course/busybox:1")
        elsewhere, authority = registry.over_tls(beside, engines.gateway(client))
        try:
            certificate, archive = "/opt/authority.crt", "/opt/busybox.tar"
            mounts = {had(embedded.site): "/opt/site", had(embedded.busybox): archive, authority: certificate}
            told = pods.ran(
                client,
                name,
                ["python3", "/opt/tests/embedded_prepared.py", f"{elsewhere.address}/course/busybox:1", archive, images.BUSYBOX],
                mounts,
                within=150,
                environment={"SSL_CERT_FILE": certificate, "DOCKERMAGIC_ENGINE_DISK": "/home/jovyan/shared/engine.img"},
            )
        finally:
            elsewhere.end()
    finally:
        beside.end()
    assert told.code == 0, told.said[-3000:]
    return {**told.together(), "address": elsewhere.address, "text": told.said}


def test_an_image_that_cannot_be_had_leaves_nothing_behind(facts: dict[str, Any]) -> None:
    assert facts["missing"] == 1
    assert facts["nothing"] == []
    assert "no.such.registry.invalid/image could not be pulled" in facts["text"]


def test_an_engine_begins_with_what_was_pulled_and_has_no_copy_of_it(facts: dict[str, Any]) -> None:
    assert facts["pulled"] == 0
    assert facts["images"] == [f"{facts['address']}/course/busybox:1"]
    assert facts["own"] == ["layer.cow"]


def test_what_a_learner_changes_is_the_learners_until_it_is_forgotten(facts: dict[str, Any]) -> None:
    assert facts["kept"] == ["mine:latest"]
    assert facts["untouched"] is True
    assert facts["anew"] == facts["images"]


def test_another_disk_takes_the_place_of_the_first_and_that_is_said(facts: dict[str, Any]) -> None:
    assert facts["loaded"] == 0
    assert facts["replaced"] == [images.BUSYBOX]
    assert "has been replaced, and they are gone" in facts["said"]
    assert f" s)\n{facts['said']}\n" in facts["text"], "where the learner waits for the engine"
    assert facts["left"] == ["engine.img"]
    assert (facts["size"], facts["modes"]) == (4 * GB, "0o644")
