"""What was read of layers comes back from the disk; what is damaged there is as if it were not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockermagic.images import shelf as module
from dockermagic.images.entries import Entry, Files, Finding
from dockermagic.images.shelf import Shelf

TEXT = st.text(max_size=12)
NAMES = st.text(st.characters(min_codepoint=1, exclude_categories=()), max_size=12)
ENTRIES = st.builds(Entry, NAMES, st.sampled_from(["file", "directory", "removed"]), st.integers(0, 2**50), link=NAMES)
FILES = st.builds(
    Files,
    st.from_regex(r"\Asha256:[0-9a-f]{64}\Z"),
    st.lists(ENTRIES, max_size=4).map(tuple),
    packed=st.none() | st.integers(0, 9),
    unsafe=st.integers(0, 3),
    findings=st.lists(st.builds(Finding, NAMES, TEXT, st.integers(0, 9)), max_size=2).map(tuple),
)


@given(FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_layer_comes_back(tmp_path: Path, files: Files) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(files)
    assert shelf.take(files.diff_id) == files


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    Shelf(tmp_path / "layers").put(Files("sha256:ab"))
    assert (tmp_path / "layers").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / "layers").iterdir()] == ["ab.json.gz"]
    assert (tmp_path / "layers" / "ab.json.gz").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"garbage",
        gzip.compress(b"{"),
        gzip.compress(b"[]"),
        gzip.compress(b'{"version": 99}'),
        gzip.compress(b'{"version": 1}'),
        gzip.compress(b'{"version":1,"diff_id":"sha256:other","entries":[],"packed":null,"unsafe":0,"findings":[]}'),
        gzip.compress(b'{"version":1,"diff_id":"sha256:ab","entries":[[]],"packed":null,"unsafe":0,"findings":[]}'),
    ],
)
def test_damage_is_absence(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "ab.json.gz").write_bytes(written)
    assert Shelf(tmp_path).take("sha256:ab") is None


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    Shelf(tmp_path / "layers").put(Files("sha256:../../x"))
    assert list(tmp_path.rglob("*.gz")) == []
    assert Shelf(tmp_path).take("../x") is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Shelf(tmp_path / "file" / "layers").put(Files("sha256:ab"))


def test_what_is_unused_for_long_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    shelf = Shelf(tmp_path)
    for number in range(4):
        shelf.put(Files(f"sha256:{number}"))
        os.utime(tmp_path / f"{number}.json.gz", (number, number))
    size = (tmp_path / "0.json.gz").stat().st_size
    monkeypatch.setattr(module, "MOST_BYTES", 2 * size + 1)
    shelf.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.json.gz", "3.json.gz"]
