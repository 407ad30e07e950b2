"""What looks like a secret: names of files, patterns in their content, names of variables. Pure; values are never kept.

1. A name alone is enough where it means nothing else: id_rsa, .env, .git-credentials. Examples (.env.example) and public
   keys are none.
2. Else the content decides: a private key's first line, or a token whose form says what it is for.
3. A plain `password = …` counts only in files that hold settings, and not in those that come with a system (below /usr, /lib,
   /etc and so on): there it is a default or a comment, nearly always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["MASK", "masked", "masked_content", "masked_words", "secret_file", "secret_lines", "secret_variable"]

MASK = "••••••"

_VARIABLES = re.compile(r"(?i)pass(word|wd|phrase)?$|pass(word|wd)|secret|token|credential|api_?key|private_?key|access_?key|auth$")
_PLACES = re.compile(r"(?i)_file$|_path$|_dir$")

_FILES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"(?:^|/)\.env(?:\.(?!example$|sample$|template$|dist$|defaults?$)[^/]*)?$", "a file of environment variables"),
        (r"(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_[^/.]*)?$", "a private SSH key"),
        (r"(?:^|/)\.git-credentials$", "passwords of git"),
        (r"(?:^|/)\.netrc$", "passwords of netrc"),
        (r"(?:^|/)\.pgpass$", "passwords of PostgreSQL"),
        (r"(?:^|/)\.aws/credentials$", "keys of AWS"),
        (r"(?:^|/)\.kube/config$", "the key of a Kubernetes cluster"),
        (r"(?:^|/)[^/]+\.(?:p12|pfx|jks|keystore)$", "a store of keys"),
        (r"(?:^|/)\.git/HEAD$", "a git repository with its whole history"),
    )
)

_TOKENS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----\s*\n[A-Za-z0-9+/=:\s,-]{40}", "a private key"),
        (rb"\bAKIA[0-9A-Z]{16}\b", "a key of AWS"),
        (rb"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{50,}", "a token of GitHub"),
        (rb"\bglpat-[\w-]{20,}", "a token of GitLab"),
        (rb"\bxox[abprs]-[\w-]{10,}", "a token of Slack"),
        (rb"\bsk_live_[A-Za-z0-9]{16,}", "a key of Stripe"),
        (rb"\bAIza[\w-]{35}\b", "a key of Google"),
        (rb"\bnpm_[A-Za-z0-9]{36}\b|:_auth(?:Token)?\s*=\s*(?!\$)\S+", "a token of npm"),
        (rb"\bpypi-AgEI[\w-]{20,}", "a token of PyPI"),
        (rb'"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"', "a login for a registry"),
    )
)
_MARKS = re.compile(rb'PRIVATE KEY|AKIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|AIza|npm_|:_auth|pypi-AgEI|"auth"')

_KEY = re.compile(r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----).*?(-----END|\Z)")
_PAIR = re.compile(r"""(?P<name>[A-Za-z_][\w.-]*)(?P<sign>["']?[ \t]*[=:][ \t]*)(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s"'&|;>]+)""")
_VALUE = re.compile(r"(?m)^(?P<name>[ \t]*[^#=\n][^=\n]*=[ \t]*)(?P<value>\S.*)$")
_LINE = re.compile(r"(?m)^(?![ \t]*#).*\S.*$")

_SETTINGS = re.compile(r"(?:^|/)(?:\.env[^/]*|[^/]+\.(?:env|ya?ml|json|toml|ini|cfg|conf|properties|py|js|ts|sh|tfvars))$")
_SYSTEM = re.compile(r"^(?:usr|lib|lib64|etc|bin|sbin|var/lib|opt/yarn[^/]*|proc|sys)/|(?:^|/)(?:node_modules|site-packages)/")
_PLAIN = re.compile(
    rb"""(?im)^[ \t]*(?:export[ \t]+|ENV[ \t]+|-[ \t]+)?["']?"""
    rb"""(?P<name>[\w.-]*(?:password|passwd|secret|token|api_?key|private_?key|access_?key))"""
    rb"""["']?[ \t]*[:=][ \t]*["']?(?P<value>[^\s"'$<{(\[#,;]{6,})"""
)


def secret_variable(name: str) -> bool:
    """Say whether a variable of this name holds a secret; one that names a file with a secret holds none."""
    return bool(_VARIABLES.search(name)) and not _PLACES.search(name)


def secret_file(path: str) -> str:
    """Say what a file of this path is by its name alone; empty when that says nothing.

    Parameters:
        path: with slashes, none at its beginning.
    """
    return next((rule for pattern, rule in _FILES if pattern.search(path)), "")


def secret_lines(path: str, content: bytes) -> Iterator[tuple[int, str]]:
    """Yield what looks like a secret in a file: its line, counted from 1, and what it looks like.

    Parameters:
        path: with slashes; `content`: the file's beginning.
    """
    if b"\0" in content[:4096]:
        return
    if _MARKS.search(content):
        for pattern, rule in _TOKENS:
            for found in pattern.finditer(content):
                yield content.count(b"\n", 0, found.start()) + 1, rule
    if _SETTINGS.search(path) and not _SYSTEM.search(path):
        for found in _PLAIN.finditer(content):
            name = found["name"].decode("ascii", "replace")
            yield content.count(b"\n", 0, found.start()) + 1, f"the value of {name}"


def masked(value: str) -> str:
    """Give a value that may be shown: its first characters where it is long enough to keep the rest, else none of it."""
    return f"{value[:3]}{MASK}" if len(value) >= 16 else MASK


def masked_words(text: str) -> str:
    """Give a command or an instruction with the values masked that look like secrets; a reference to a variable is none."""

    def pair(found: re.Match[str]) -> str:
        plain = found["value"].strip("\"'").startswith("$") or not secret_variable(found["name"])
        return found[0] if plain else f"{found['name']}{found['sign']}{MASK}"

    return _without_tokens(_PAIR.sub(pair, text))


def masked_content(path: str, text: str) -> str:
    """Give a file's text with what looks like secrets masked.

    1. Of a file that is known by its name, all values of NAME=VALUE are masked; if it has none, all lines but comments.
    2. Of any other one, tokens, private keys, and values whose name says that they are secret.

    Parameters:
        path: with slashes, none at its beginning; `text`: the file's.
    """
    named = secret_file(path)
    if named and named != "a git repository with its whole history":
        if _VALUE.search(text):
            return _without_tokens(_VALUE.sub(lambda found: f"{found['name']}{MASK}", text))
        return _LINE.sub(MASK, text)
    return masked_words(text) if any(secret_lines(path, text.encode())) else text


def _without_tokens(text: str) -> str:
    text = _KEY.sub(rf"\1\n{MASK}\n\2", text)
    for pattern, _ in _TOKENS[1:]:
        raw = pattern.sub(lambda found: masked(found[0].decode("utf-8", "replace")).encode(), text.encode("utf-8", "surrogatepass"))
        text = raw.decode("utf-8", "surrogatepass")
    return text
