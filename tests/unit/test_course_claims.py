"""Claims about services, registries, contexts, images and volumes, judged by what an engine is made to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dockermagic import CheckFailed
from dockermagic.course import subject
from dockermagic.course.check import Check
from dockermagic.course.images import ImageCheck
from dockermagic.course.progress import Progress
from dockermagic.course.survival import read_survival
from dockermagic.errors import EngineError
from dockermagic.images.entries import Entry, Files
from dockermagic.images.model import Image, Layer

SERVICE, PROJECT = "com.docker.compose.service", "com.docker.compose.project"


@pytest.fixture
def answers() -> dict[str, Any]:
    return {}


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> Check:
    def ask(engine: Any, method: str, path: str, **more: Any) -> Any:
        found = answers.get(path)
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise EngineError("no such thing", status=404)
        return found

    monkeypatch.setattr(subject, "ask", ask)
    return Check(progress=Progress("test", tmp_path), engine=object())  # type: ignore[arg-type]  # its answers are made here


def refused(claims: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        claims()
    return caught.value


def told(claims: Any) -> str:
    """Give all that a claim says when it does not hold: what it saw, and each of its hints."""
    error = refused(claims)
    assert error.claim is not None
    return "\n".join((error.message, *error.claim.hints))


def service(answers: dict[str, Any], **about: Any) -> None:
    labels = {SERVICE: "web", PROJECT: "shop"}
    answers["/containers/json"] = [{"Id": "c1", "Labels": labels, "State": "running"}]
    state = {"Status": "running", **about.pop("State", {})}
    answers["/containers/c1/json"] = {"State": state, "Config": {"Labels": {**labels, **about.pop("Labels", {})}}, **about}


def test_a_service_waits_for_another_one(check: Check, answers: dict[str, Any]) -> None:
    service(answers, Labels={"com.docker.compose.depends_on": "cache:service_started:true,db:service_healthy:false"})
    web = check.stack("shop").service("web")
    web.waits_for("db").waits_for("cache", "started")
    assert "It waits until cache is started" in told(lambda: web.waits_for("cache"))
    assert "depends_on: {mail: {condition: service_healthy}}" in told(lambda: web.waits_for("mail"))


def test_the_doors_of_a_service(check: Check, answers: dict[str, Any]) -> None:
    service(answers, NetworkSettings={"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}})
    web = check.stack("shop").service("web").publishes("8080->80").publishes("80")
    assert "this machine's port comes first" in told(lambda: web.publishes("80->8080"))
    assert 'ports: ["9090:80"]' in told(lambda: web.publishes("9090->80"))


def test_what_a_service_mounts_is_known_by_its_name_in_the_file(check: Check, answers: dict[str, Any]) -> None:
    nameless = "a" * 64
    answers["/volumes/shop_data"] = {"Name": "shop_data", "Labels": {"com.docker.compose.volume": "data"}}
    answers[f"/volumes/{nameless}"] = {"Name": nameless}
    mounts = [
        {"Type": "volume", "Name": "shop_data", "Destination": "/data"},
        {"Type": "volume", "Name": nameless, "Destination": "/cache"},
        {"Type": "bind", "Source": "/home/ada/src", "Destination": "/app"},
    ]
    service(answers, Mounts=mounts)
    web = check.stack("shop").service("web").mounts("data", "/data").mounts("/home/ada/src", "/app")
    assert "a volume without a name at /cache" in told(lambda: web.mounts("cache", "/cache"))


def test_a_service_that_is_not_healthy_says_what_its_check_said(check: Check, answers: dict[str, Any]) -> None:
    service(answers, State={"Health": {"Status": "unhealthy", "Log": [{"Output": "old"}, {"Output": "curl: not found\n"}]}})
    web = check.stack("shop").service("web")
    assert "The check said: 'curl: not found'" in told(web.is_healthy)
    service(answers, State={"Health": {"Status": "starting"}})
    assert "ask more often" in told(lambda: web.is_healthy(within=0))
    service(answers)
    assert "needs a healthcheck" in told(web.is_healthy)
    service(answers, State={"Health": {"Status": "healthy"}})
    web.is_healthy()


def test_a_registry_holds_an_image_and_the_same_one_under_two_names(check: Check, answers: dict[str, Any]) -> None:
    def at(name: str, digest: str) -> None:
        answers[f"/distribution/localhost%3A5055%2F{name.replace('/', '%2F').replace(':', '%3A')}/json"] = (
            {"Descriptor": {"digest": digest}} if digest else EngineError("connection refused", status=500)
        )

    shop = check.registry("localhost:5055")
    at("team/shop:1", "sha256:1")
    at("team/shop:2", "sha256:2")
    at("archive/shop:1", "sha256:1")
    shop.holds("team/shop:1").holds("team/shop:1", same_as="archive/shop:1")
    said = told(lambda: shop.holds("team/shop:2", same_as="team/shop:1"))
    assert "team/shop:2 is sha256:2…, team/shop:1 is sha256:1…" in said
    assert "%docker tag localhost:5055/team/shop:1 localhost:5055/team/shop:2" in said
    assert "%docker push localhost:5055/team/shop:3" in told(lambda: shop.holds("team/shop:3"))
    at("team/shop:4", "")
    assert "Does the registry run?" in told(lambda: shop.holds("team/shop:4"))


def test_what_a_build_sees_of_a_folder(check: Check, tmp_path: Path) -> None:
    for name in (".env", "index.html", "a.log", "src/b.log", "docs/LICENSE"):
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 100)
    app = check.context(str(tmp_path / "app"))
    assert "Has " in told(lambda: app.leaves_out(".env"))
    (tmp_path / "app" / ".dockerignore").write_text("*.log\ndocs\n")
    app.sends("index.html").leaves_out("a.log")
    assert "A build gets 100 B of it" in told(lambda: app.leaves_out(".env"))
    assert "In any folder: **/ in front of it" in told(lambda: app.leaves_out("src/b.log"))
    said = told(lambda: app.sends("docs/LICENSE"))
    assert ".dockerignore, line 2: docs leaves it out." in said
    assert "!docs/LICENSE" in said
    assert "There is no such file" in told(lambda: app.sends("nothing"))
    assert "There is no such file" in told(lambda: app.leaves_out("nothing"))
    app.is_smaller_than("1 kB")
    assert "It sends" in told(lambda: app.is_smaller_than(10))


def opened(check: Check, *layers: tuple[Entry, ...]) -> ImageCheck:
    claims = check.image("app:1")
    found = [
        Layer(number, f"sha256:{number}", files=Files(f"sha256:{number}", entries)) for number, entries in enumerate(layers, 1)
    ]
    claims._opened = Image("app:1", "sha256:0", tuple(found))
    return claims


def test_a_file_that_a_later_layer_removes_is_still_in_the_image(check: Check) -> None:
    app = opened(check, (Entry("work/key.pem", "file", 9), Entry("work/app", "file", 9)), (Entry("work/key.pem", "removed"),))
    app.has_file("/work/app").has_layers(2).leaves_out("/key.pem").leaves_out("other.pem")
    assert "It lies in layer 1, where no container sees it." in told(lambda: app.leaves_out("key.pem"))
    assert "a later one takes it away" in told(lambda: app.has_file("/work/key.pem"))
    assert "There is no /app. There is /work/app." in told(lambda: app.has_file("/app"))
    assert "FROM scratch" in told(lambda: app.has_layers(1))


def test_the_image_and_the_user_of_a_container(check: Check, answers: dict[str, Any]) -> None:
    answers["/containers/web/json"] = {"Config": {"Image": "shop@sha256:1", "User": "1000:1000"}}
    web = check.container("web").is_of("shop@").is_of("shop@sha256:1").runs_as("1000")
    assert "a label that moves" in told(lambda: web.is_of("shop:1"))
    assert "USER in the Dockerfile" in told(lambda: web.runs_as("root"))
    answers["/containers/web/json"] = {"Config": {"Image": "shop:1"}}
    check.container("web").runs_as("root").is_of("shop:1")


def happened(kind: str, action: str, id: str, **attributes: str) -> Mapping[str, Any]:
    return {"Type": kind, "Action": action, "Actor": {"ID": id, "Attributes": attributes}}


MADE, MOUNTED = happened("container", "create", "c1", **{PROJECT: "shop"}), happened("volume", "mount", "data", container="c1")
NEXT, GONE = (happened("container", word, id, **{PROJECT: "shop"}) for word, id in (("create", "c2"), ("destroy", "c1")))


def test_down_leaves_a_project_without_containers_and_a_recreated_one_never_is() -> None:
    down = [MADE, MOUNTED, GONE, NEXT]
    assert read_survival(down, "data", "shop").alone
    recreated = [MADE, MOUNTED, NEXT, GONE]
    assert not read_survival(recreated, "data", "shop").alone
    assert read_survival(recreated, "data", "shop").users == {"c1"}
    assert not read_survival(down, "data", "other").alone


def test_a_volume_that_is_removed_has_survived_nothing() -> None:
    again = [MADE, MOUNTED, GONE, happened("volume", "destroy", "data"), happened("volume", "create", "data"), NEXT]
    found = read_survival(again, "data", "shop")
    assert found.users == frozenset()
    assert not found.alone
    said_again = [MADE, happened("volume", "create", "data"), MOUNTED, GONE, happened("volume", "create", "data"), NEXT]
    assert read_survival(said_again, "data", "shop").alone, "some engines say create whenever a container wants it"
