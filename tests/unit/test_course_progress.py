"""What a notebook's checks found: kept, forgiving, and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.course.progress import Exercise, Progress
from dockermagic.course.progress_card import Card


def test_it_survives_a_restart(tmp_path: Path) -> None:
    Progress("a notebook", tmp_path).note("Ports", "web is running", True)
    Progress("a notebook", tmp_path).note("Ports", "web answers", False)
    assert Progress("a notebook", tmp_path).note("Ports", "web answers", False) == 2
    (exercise,) = Progress("a notebook", tmp_path).exercises.values()
    assert (exercise.failures, exercise.complete) == (2, False)
    assert Progress("another notebook", tmp_path).exercises == {}


def test_a_round_that_held_once_counts_whatever_comes() -> None:
    exercise = Exercise("x")
    exercise.note("runs", True, 1.0)
    exercise.note("answers", False, 2.0)
    assert not exercise.complete
    exercise.note("runs", True, 3.0)
    exercise.note("answers", True, 4.0)
    exercise.note("runs", False, 5.0)
    assert exercise.complete
    assert exercise.done == 3.0


def test_a_claim_whose_words_changed_does_not_stay_behind() -> None:
    exercise = Exercise("x")
    exercise.note("has COPY . . above RUN npm install", False, 1.0)
    exercise.note("has COPY package.json ./ above RUN npm install", True, 2.0)
    assert exercise.claims == {"has COPY package.json ./ above RUN npm install": True}
    assert exercise.complete


def test_a_claim_that_never_came_again_is_no_obstacle() -> None:
    """What says that there is no such container is not said again once there is one."""
    exercise = Exercise("x")
    exercise.note("container web exists", False, 1.0)
    exercise.note("container web is running", True, 2.0)
    assert exercise.complete


@given(
    text=st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["version", "exercises", "name", "claims", "attempts", "failures", "done", "kept"]),
                    inner | st.just(1),
                )
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_a_file_that_cannot_be_read_counts_as_nothing_done(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "progress"
    folder.mkdir(exist_ok=True)
    path = Progress("n", folder).path
    path.write_bytes(text)
    progress = Progress("n", folder)
    assert all(isinstance(each, Exercise) for each in progress.exercises.values())
    progress.note("x", "y", True)
    assert Progress("n", folder).exercises["x"].complete


def test_another_version_is_left_out(tmp_path: Path) -> None:
    progress = Progress("n", tmp_path)
    progress.note("x", "y", True)
    progress.path.write_text(progress.path.read_text().replace('"version": 1', '"version": 2'))
    assert Progress("n", tmp_path).exercises == {}


def test_a_place_that_cannot_be_written_costs_the_memory_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    progress = Progress("n", tmp_path / "file")
    assert progress.note("x", "y", False) == 1
    assert progress.note("x", "y", False) == 2
    progress.forget()


def test_reset_forgets(tmp_path: Path) -> None:
    progress = Progress("n", tmp_path)
    progress.note("x", "y", True)
    progress.forget()
    assert Progress("n", tmp_path).exercises == {}


def test_the_card_says_what_is_done_and_what_is_not() -> None:
    done, begun = Exercise("Publish a port"), Exercise("<b>Reach it</b>")
    done.note("web is running", False, 0.0)
    done.note("web is running", True, 1.0)
    begun.note("web answers", False, 2.0)
    bundle = Card("07-ports", (done, begun))._repr_mimebundle_()
    assert "1 of 2 exercises done" in bundle["text/plain"]
    assert "✗ <b>Reach it</b>: not yet: web answers" in bundle["text/plain"]
    assert "after 1 wrong try" in bundle["text/plain"]
    assert "&lt;b&gt;Reach it" in bundle["text/html"]
    assert "width:50%" in bundle["text/html"]
    assert "Nothing was checked" in repr(Card("07-ports", ()))
