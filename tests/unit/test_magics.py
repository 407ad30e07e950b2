from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import dockermagic
from dockermagic import session
from dockermagic.engine import Attempt, Search
from dockermagic.engine_report import EngineReport


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell with the extension, on a machine where asking for an engine is a failure."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def asked(*_: object, **__: object) -> Search:
        raise AssertionError("an engine was asked")

    monkeypatch.setattr(session.Session, "found", asked)
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "dockermagic")
    yield shell
    shell.history_manager.end_session() if hasattr(shell.history_manager, "end_session") else None


def raised(shell: Any, line: str, cell: str) -> dockermagic.DockerMagicError:
    result = shell.run_cell(f"%%dockerfile {line}\n{cell}")
    assert isinstance(result.error_in_exec, dockermagic.DockerMagicError), result
    return result.error_in_exec


def test_loading_and_unloading(shell: Any) -> None:
    magics = shell.magics_manager.magics
    assert "dockerfile" in magics["cell"]
    assert "docker_engine" in magics["line"]
    shell.run_line_magic("unload_ext", "dockermagic")
    assert "dockerfile" not in magics["cell"]
    assert "docker_engine" not in magics["line"]


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        ("--taag x", "FROM busybox", "--tag"),
        ("-t", "FROM busybox", "hello:1"),
        ("--context nowhere", "FROM busybox", "nowhere"),
        ("", "FROM busybox\nRNU x", "RUN"),
        ("", "# only a comment", "FROM"),
        ("--target nowhere", "FROM busybox", "nowhere"),
    ],
)
def test_slips_are_told_before_any_engine_is_asked(
    shell: Any, capsys: pytest.CaptureFixture[str], line: str, cell: str, said: str
) -> None:
    error = raised(shell, line, cell)
    assert said in str(error)
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert error.message.split("\n")[0] in shown.out + shown.err


def test_a_syntax_error_names_line_and_column_and_shows_the_place(shell: Any) -> None:
    error = raised(shell, "", "FROM busybox\n  RNU echo hi")
    assert isinstance(error, dockermagic.DockerfileError)
    assert (error.line, error.column) == (2, 3)
    assert "line 2, column 3" in str(error)
    assert "      RNU echo hi\n      ^" in str(error)


def test_nothing_on_the_line_is_expanded(shell: Any) -> None:
    shell.run_cell("name = 'expanded'")
    assert "{name}" in str(raised(shell, "--taag {name} $name", "FROM x")) or "taag" in str(
        raised(shell, "--taag {name}", "FROM x")
    )
    error = raised(shell, "--context {name}", "FROM busybox")
    assert "{name}" in error.message


def test_help_is_the_magics_docstring(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--secret id=ID" in shell.find_cell_magic("dockerfile").__doc__
    assert "%docker_engine" in shell.find_line_magic("docker_engine").__doc__
    shell.run_cell("%%dockerfile --help\nFROM x")
    assert "Usage:  %%dockerfile" in capsys.readouterr().out


def test_the_public_names_are_there_and_no_others() -> None:
    for name in dockermagic.__all__:
        assert getattr(dockermagic, name) is not None
    assert dir(dockermagic) == sorted(dockermagic.__all__)
    with pytest.raises(AttributeError, match="nowhere"):
        dockermagic.nowhere  # noqa: B018  # asking for it is the test


HEAVY = {"docker", "h2", "anywidget", "rich", "htpy", "requests"}


def imported(code: str) -> set[str]:
    """Run code in a fresh interpreter; give the modules that it has then."""
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert imported("import dockermagic") & {"IPython", *HEAVY} == set()


def test_loading_the_extension_imports_no_client() -> None:
    load = "from IPython.core.interactiveshell import InteractiveShell as S; S.instance().run_line_magic('load_ext', 'dockermagic')"
    assert imported(load) & HEAVY == set()


def test_the_engine_report_without_an_engine_says_how_to_get_one() -> None:
    search = Search(None, (Attempt("Docker Engine", "unix:///var/run/docker.sock", "permission denied"),))
    bundle = EngineReport(search)._repr_mimebundle_()
    for text in (bundle["text/plain"], bundle["text/html"]):
        assert "none was found" in text
        assert "How to get one" in text
        assert "permission denied" in text


def test_the_notebooks_name_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "my lesson.ipynb"))
    assert session.notebook_folder() == tmp_path
    assert dict(session.labels(object_with_names()))["dev.dockermagic.notebook"] == "my lesson"
    monkeypatch.delenv("JPY_SESSION_NAME")
    monkeypatch.chdir(tmp_path)
    assert session.notebook_folder() == Path(os.getcwd())


def object_with_names() -> Any:
    class Shell:
        user_ns: dict[str, object] = {}  # noqa: RUF012  # stands for IPython's namespace

    return Shell()
