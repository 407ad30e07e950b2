from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockermagic.engine.proxies import proxy_arguments

URL = "unix:///var/run/docker.sock"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def test_the_default_proxies_become_build_arguments_in_both_spellings(config: Path) -> None:
    config.write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://proxy:3128", "noProxy": "localhost"}}}))
    expected = {
        "HTTP_PROXY": "http://proxy:3128",
        "http_proxy": "http://proxy:3128",
        "NO_PROXY": "localhost",
        "no_proxy": "localhost",
    }
    assert proxy_arguments(URL) == expected


def test_an_engine_may_have_its_own(config: Path) -> None:
    config.write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://a"}, URL: {"httpProxy": "http://b"}}}))
    assert proxy_arguments(URL)["HTTP_PROXY"] == "http://b"
    assert proxy_arguments("tcp://other:2375")["HTTP_PROXY"] == "http://a"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"proxies": 3}', '{"proxies": {"default": []}}', '{"proxies": {"default": {"httpProxy": 5}}}']
)
def test_whatever_else_stands_there_means_none(config: Path, text: str) -> None:
    config.write_text(text)
    assert proxy_arguments(URL) == {}


def test_without_a_config_file_there_are_none(config: Path) -> None:
    assert proxy_arguments(URL) == {}
