"""An image on its way, from the engine's messages to the picture."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.commands.transfer import Transfer, changed
from dockermagic.commands.transfer_view import TransferDrawer

BEGUN = Transfer("busybox:1", "docker pull busybox:1", "pull", 100.0)
PULL = [
    {"status": "Pulling from library/busybox", "id": "1"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "aaa"},
    {"status": "Already exists", "progressDetail": {}, "id": "bbb"},
    {"status": "Downloading", "progressDetail": {"current": 100, "total": 1000}, "id": "aaa"},
    {"status": "Download complete", "progressDetail": {}, "id": "aaa"},
    {"status": "Extracting", "progressDetail": {"current": 3, "total": 1000}, "id": "aaa"},
    {"status": "Pull complete", "progressDetail": {}, "id": "aaa"},
    {"status": "Digest: sha256:" + "d" * 64},
    {"status": "Status: Downloaded newer image for busybox:1"},
]


def test_a_pull_is_told_layer_by_layer() -> None:
    states = [changed(reduce(changed, PULL[:place], BEGUN), PULL[place]) for place in range(len(PULL))]
    assert [layer.state for layer in states[3].layers] == ["moving", "there"]
    assert (states[3].layers[0].current, states[3].layers[0].total) == (100, 1000)
    end = states[-1]
    assert [(layer.id, layer.state) for layer in end.layers] == [("aaa", "done"), ("bbb", "there")]
    assert end.moved == 1000
    assert end.digest == "sha256:" + "d" * 64
    assert end.status.startswith("Status: Downloaded")


def test_a_push_names_what_was_there_already() -> None:
    push = Transfer("r/x:1", "docker push r/x:1", "push", 0.0)
    for message in (
        {"status": "Preparing", "id": "a"},
        {"status": "Layer already exists", "id": "a"},
        {"status": "Pushing", "id": "b", "progressDetail": {"current": 5, "total": 9}},
        {"status": "Pushed", "id": "b"},
        {"status": "1: digest: sha256:" + "e" * 64 + " size: 528"},
    ):
        push = changed(push, message)
    assert [(layer.id, layer.state) for layer in push.layers] == [("a", "there"), ("b", "done")]
    assert push.digest == "sha256:" + "e" * 64
    done = push.ended(3.0, "ended")
    text = TransferDrawer().text(done, 3.0, 100)
    assert "1 of 2 layers already there" in text
    assert "already there" in TransferDrawer().bundle(done)["text/html"]
    assert "9 B moved" in text


JSON = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=4), max_size=2)
)
WORDS = st.sampled_from(["Downloading", "Pull complete", "Pushing", "Waiting", "Digest: sha256:" + "a" * 64, "Extracting", ""])


@given(st.lists(st.fixed_dictionaries({}, optional={"status": WORDS | JSON, "id": JSON, "progressDetail": JSON, "aux": JSON})))
def test_any_messages_give_a_picture(messages: list[dict[str, object]]) -> None:
    model = reduce(changed, messages, BEGUN)
    drawer = TransferDrawer()
    assert "<script" not in drawer.html(model, 101.0)
    assert drawer.text(model.ended(102.0, "ended"), 102.0, 80)
