"""The console script: handouts, new lessons, seals; what it says when something is wrong."""

from __future__ import annotations

import argparse
import re
import socket
from pathlib import Path

import jupytext
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic import EngineNotFound
from dockermagic.console import doctor, main, room
from dockermagic.course.seals import fits
from dockermagic.course.solutions import BEGIN, END, STUB, SolutionError, without_solutions
from tests.rig.places import ROOT

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9]*.md"))


@given(before=st.text("abc \n"), hidden=st.text("xyz \n#"), after=st.text("abc \n"))
def test_what_stands_between_the_marks_is_gone_and_the_rest_stays(before: str, hidden: str, after: str) -> None:
    assert without_solutions(f"{before}\n{BEGIN}\n{hidden}\n{END}\n{after}") == f"{before}\n{STUB}\n{after}"


@given(st.lists(st.sampled_from([BEGIN, END, "x = 1", "  " + BEGIN])))
def test_nothing_is_stripped_by_halves(lines: list[str]) -> None:
    marks = [line.strip() for line in lines if "SOLUTION" in line]
    fit = marks == [BEGIN, END] * (len(marks) // 2)
    if fit:
        assert "SOLUTION" not in without_solutions("\n".join(lines))
    else:
        with pytest.raises(SolutionError, match="line "):
            without_solutions("\n".join(lines))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lessons_handout_has_no_solution_and_no_output(lesson: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.ipynb"
    assert main.main(["handout", str(lesson.with_suffix(".ipynb")), "-o", str(target)]) == 0
    made = nbformat.read(target, as_version=4)
    nbformat.validate(made)
    assert "SOLUTION" not in target.read_text()
    assert not any(cell.get("outputs") for cell in made.cells)
    assert len(made.cells) == len(jupytext.read(lesson).cells)
    assert main.main(["handout", str(lesson), "-o", str(target), "--solution"]) == 0
    assert ("SOLUTION" in target.read_text()) == ("SOLUTION" in lesson.read_text())


def test_a_new_lesson_and_its_handout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["new-lesson", "15-reading-logs", "--folder", str(tmp_path)]) == 0
    source = tmp_path / "15-reading-logs.md"
    assert "# Reading logs" in source.read_text()
    assert main.main(["new-lesson", "15-reading-logs", "--folder", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main.main(["handout", str(source), "--html", "--slides"]) == 0
    text = (tmp_path / "15-reading-logs-handout.ipynb").read_text()
    assert "for those who teach" not in text
    assert STUB in text
    assert "Reading logs" in (tmp_path / "15-reading-logs-handout.html").read_text()
    assert "Reading logs" in (tmp_path / "15-reading-logs-handout.slides.html").read_text()


def test_the_handout_of_a_folder_keeps_what_learners_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = tmp_path / "course"
    assert main.main(["handout", str(NOTEBOOKS), "-o", str(course)]) == 0
    assert {path.stem for path in course.glob("*.ipynb")} == {path.stem for path in LESSONS}
    assert not list(course.glob("*.md"))
    assert (course / "01-hello" / "greeting.txt").read_text() == (NOTEBOOKS / "01-hello" / "greeting.txt").read_text()
    first = course / f"{LESSONS[0].stem}.ipynb"
    assert "SOLUTION" not in first.read_text()
    first.write_text("mine")
    (course / f"{LESSONS[1].stem}.ipynb").unlink()
    capsys.readouterr()
    assert main.main(["handout", str(NOTEBOOKS), "-o", str(course)]) == 0
    assert first.read_text() == "mine"
    assert (course / f"{LESSONS[1].stem}.ipynb").exists()
    assert "were there already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["handout", "{folder}", "-o", "{folder}"], "would come into"),
        (["handout", "{folder}", "-o", "{folder}/inside"], "would come into"),
        (["handout", "{folder}/empty"], "holds no notebook"),
        (["handout", "nowhere.ipynb"], "cannot be read"),
        (["handout", "{folder}/broken.ipynb"], "is no notebook"),
        (["handout", "{folder}/half.ipynb"], "cell 1, line 1"),
        (["handout", "{folder}/good.ipynb", "-o", "{folder}/good.ipynb"], "would overwrite"),
        (["handout", "{folder}/good.ipynb", "-o", "{folder}/no/such.ipynb"], "cannot be written"),
        (["new-lesson", "../up"], "is no name"),
        (["new-lesson", "x", "--folder", "{folder}/no"], "cannot be written"),
        (["seal", " "], "no answer to seal"),
    ],
)
def test_a_slip_is_told_with_what_to_type(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.ipynb").write_text("{")
    for name, source in (("half", BEGIN), ("good", "1 + 1")):
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), tmp_path / f"{name}.ipynb")
    assert main.main([word.format(folder=tmp_path) for word in words]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "What to try:" in told


@pytest.mark.parametrize("command", ["handout", "new-lesson", "doctor", "prefetch", "bundle", "prepare", "seal"])
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])
    assert ended.value.code == 0
    assert f"dockermagic {command}" in capsys.readouterr().out


def test_a_seal_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["seal", "one", "two"]) == 0
    assert fits("one\ntwo", capsys.readouterr().out.strip())


class NoEngine:
    @property
    def engine(self) -> None:
        raise EngineNotFound("No Docker Engine answers.", "Start one.")


def test_the_doctor_says_that_a_port_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        monkeypatch.setattr(doctor, "PORTS", (one.getsockname()[1],))
        monkeypatch.setattr(doctor.session, "CURRENT", NoEngine())
        assert doctor.run(argparse.Namespace(image=[])) == 1
    told = capsys.readouterr().out
    assert "✗ port" in told
    assert "✗ engine: No Docker Engine answers. Start one." in told


def test_the_images_of_the_course_are_those_that_its_lessons_do_not_build() -> None:
    sources = [
        path for path in (ROOT / "notebooks").rglob("*") if path.suffix in (".md", ".yaml", ".yml") or path.name == "Dockerfile"
    ]
    text = "\n".join(
        path.read_text() for path in sources if "node_modules" not in path.parts and ".ipynb_checkpoints" not in path.parts
    )
    built = set(re.findall(r"(?:-t|--tag|%docker tag \S+)[ =](\S+)", text)) | set(re.findall(r"(?i)^FROM .* AS (\S+)", text, re.M))
    used = set(re.findall(r"(?m)^ *(?:FROM|image:) +([a-z][\w./:-]*)", text))
    used |= {name for run in re.findall(r"(?m)^%docker_run .*", text) for name in re.findall(r" ([a-z]+:\d[\w.-]*)(?= |$)", run)}
    here = {name if ":" in name else f"{name}:latest" for name in used - built - {"scratch"}}
    assert here == set(room.IMAGES)
