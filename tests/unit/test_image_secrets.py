"""What looks like a secret in an image, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.secrets import MOST_IN_A_FILE, given_in_config, look
from dockermagic.secrecy import MASK, masked, secret_file, secret_lines, secret_variable

KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB\n" * 2


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "app/.env",
        "app/.env.production",
        "root/.ssh/id_rsa",
        "home/a/.ssh/id_ed25519",
        "root/.git-credentials",
        "root/.netrc",
        "root/.aws/credentials",
        "app/.git/HEAD",
        "keys/server.p12",
    ],
)
def test_names_that_say_it(path: str) -> None:
    assert secret_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "app/.env.example",
        "app/.env.sample",
        "root/.ssh/id_rsa.pub",
        "app/environment.py",
        "app/.gitignore",
        "usr/share/ca.pem",
        "env",
    ],
)
def test_names_that_do_not(path: str) -> None:
    assert not secret_file(path)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (KEY, "a private key"),
        (b"x\nAKIAIOSFODNN7EXAMPLE\n", "a key of AWS"),
        (b"token: ghp_" + b"a1" * 18, "a token of GitHub"),
        (b"//registry.npmjs.org/:_authToken=abcdef0123456789\n", "a token of npm"),
        (b'{"auths": {"r.example": {"auth": "dXNlcjpwYXNzd29yZA=="}}}', "a login for a registry"),
    ],
)
def test_content_that_says_it(content: bytes, rule: str) -> None:
    assert rule in [found for _, found in secret_lines("etc/some-file", content)]


def test_lines_are_counted() -> None:
    assert list(secret_lines("app/config.yml", b"a: 1\nb: 2\ndb_password: hunter2hunter2\n")) == [(3, "the value of db_password")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("app/config.yml", b"password: ${DB_PASSWORD}\n"),
        ("app/config.yml", b"password: <your password>\n"),
        ("etc/login.conf", b"password = somethinglong\n"),
        ("app/node_modules/x/index.js", b"password = somethinglong\n"),
        ("app/readme.txt", b"password: somethinglong\n"),
        ("app/.npmrc", b"//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
        ("usr/bin/ssh", b"\0-----BEGIN RSA PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("usr/lib/python3/ssl.py", b"PEM_HEADER = '-----BEGIN PRIVATE KEY-----'\n"),
    ],
)
def test_content_that_does_not(path: str, content: bytes) -> None:
    assert list(secret_lines(path, content)) == []


def test_a_file_full_of_them_is_told_shortly() -> None:
    content = b"\n".join(b"password = somethinglong%d" % number for number in range(500))
    assert len(list(look("app/x.env", content))) <= MOST_IN_A_FILE + 1


@given(st.text(max_size=30), st.binary(max_size=400))
def test_nothing_stops_it(path: str, content: bytes) -> None:
    for finding in look(path, content):
        assert finding.path == path


def test_configuration_and_history() -> None:
    found = given_in_config(
        {"Env": ["PATH=/bin", "DB_PASSWORD=hunter2", "TOKEN_FILE=/run/secrets/t", "EMPTY_TOKEN="], "Labels": {"api_key": "k"}},
        ["|2 NPM_TOKEN=abc VERSION=1 /bin/sh -c npm ci", "ENV SECRET_KEY=xyz", "RUN echo $TOKEN"],
    )
    assert [(each.where, each.name, each.value) for each in found] == [
        ("environment", "DB_PASSWORD", "hunter2"),
        ("label", "api_key", "k"),
        ("build argument", "NPM_TOKEN", "abc"),
        ("instruction", "SECRET_KEY", "xyz"),
    ]
    assert "hunter2" not in repr(found)


def test_variables() -> None:
    assert secret_variable("POSTGRES_PASSWORD")
    assert not secret_variable("POSTGRES_PASSWORD_FILE")
    assert not secret_variable("PATH")


@given(st.text(max_size=60))
def test_a_mask_keeps_a_secret(value: str) -> None:
    assert MASK in masked(value)
    assert len(value) < 16 or value[3:] not in masked(value)
    assert len(value) >= 16 or not value or value in MASK or value not in masked(value)
