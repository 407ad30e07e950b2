"""What can be said of a Compose file before Compose is asked: `check`. Pure.

Only slips that Compose would refuse as well, and would tell in words that do not help; in the order they are looked for:

1. It is YAML: line, column, and tabs in the indentation said plainly. A key that is there twice.
2. It is a mapping, and there is something in it.
3. A service that is text: the space after a colon is missing.
4. The children of `services:` stand at its own level.
5. The keys of a service (`image:`, `ports:`) stand at the level of the service, or at the level of `services:`.

`version:` is obsolete, which is a note and no slip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from dockermagic.compose.errors import ComposeFileError
from dockermagic.compose.places import at, entries, nodes

__all__ = ["SERVICE_KEYS", "Note", "check", "slip"]

TOP_KEYS = frozenset({"services", "networks", "volumes", "configs", "secrets", "name", "version", "include", "models"})
_SERVICE = """
    annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
    cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop
    device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links
    extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit
    mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform
    ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets
    security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user
    userns_mode uts volumes volumes_from working_dir
"""
SERVICE_KEYS = frozenset(_SERVICE.split())
"""The keys of a service, as the schema of the Compose specification has them."""

_SURE = SERVICE_KEYS - {"configs", "secrets", "networks", "volumes", "models", "labels", "init", "scale", "user", "provider"}
"""Keys that are hardly the name of a service, and belong nowhere else."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that is no error; line counted from 1."""

    line: int
    text: str


def slip(text: str, line: int, column: int, message: str, hint: str) -> ComposeFileError:
    """Give the error for a place in a file."""
    lines = text.splitlines()
    source = lines[line - 1].rstrip() if 0 < line <= len(lines) else ""
    # The mark below the line must stand under its character, and a tab is drawn as wide as it likes.
    return ComposeFileError(message, hint, line=line, column=column, source=source.replace("\t", "→"))


def check(text: str) -> list[Note]:
    """Look at a Compose file before Compose does, and give the notes on it.

    Raises:
        ComposeFileError: it has a slip.
    """
    try:
        documents = nodes(text)
    except yaml.YAMLError as error:
        raise _no_yaml(text, error) from None
    except (RecursionError, ValueError) as error:
        raise ComposeFileError(f"This cannot be read as YAML: {str(error) or 'it is nested too deeply'}.") from None
    if not documents:
        raise ComposeFileError(
            "There is nothing in the Compose file.", "It begins like this:\n\nservices:\n  web:\n    image: busybox"
        )
    notes: list[Note] = []
    for document in documents:
        if not isinstance(document, MappingNode):
            raise slip(text, *at(document), "A Compose file is a mapping: keys, each with a colon.", "It begins with services:")
        _twice(text, document)
        _check_document(text, document)
        notes += [
            Note(key.start_mark.line + 1, "version: is obsolete. Docker Compose ignores it; remove the line.")
            for key, _ in entries(document)
            if key.value == "version"
        ]
    return notes


def _no_yaml(text: str, error: yaml.YAMLError) -> ComposeFileError:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return ComposeFileError(f"This cannot be read as YAML: {error}".replace("\n", " "))
    mark = error.problem_mark
    line, column = mark.line + 1, mark.column + 1
    lines = text.splitlines()
    for number in (line, line - 1):
        if 0 < number <= len(lines) and re.match(r" *\t", lines[number - 1]):
            where = lines[number - 1].index("\t") + 1
            return slip(
                text, number, where, "The line is indented with a tab.", "YAML allows only spaces there: two for each level."
            )
    problem, hint = error.problem or "it cannot be read", ""
    if error.context_mark is not None and "quoted scalar" in (error.context or ""):
        line, column = error.context_mark.line + 1, error.context_mark.column + 1
        problem, hint = "a quote opens here and is not closed", "Add the closing quote."
    elif "mapping values are not allowed" in problem:
        problem = "a key is not allowed here"
        hint = "Either it is indented too far, or the value before it has a colon in it and needs quotes."
    elif "expected <block end>" in problem:
        problem, hint = "the indentation does not fit the lines above", "Keys of one level begin in one column."
    elif "could not find expected ':'" in problem:
        problem, hint = "a colon is missing after a key", "A key is written with a colon and a space: image: busybox"
    return slip(text, line, column, f"This is no YAML: {problem}.", hint)


def _twice(text: str, node: Node) -> None:
    """Refuse a mapping that has a key twice; merged anchors may override."""
    waiting: list[Node] = [node]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, ScalarNode):
            continue
        seen.add(id(each))
        known: dict[str, int] = {}
        for key, value in entries(each):
            if key.value in known and key.value != "<<":
                first = known[key.value]
                raise slip(
                    text, *at(key), f"{key.value}: is here for the second time; the first is in line {first}.", "Keep one of them."
                )
            known[key.value] = at(key)[0]
            waiting.append(value)
        waiting += [] if isinstance(each, MappingNode) else each.value


def _empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value in ("", "~", "null") and node.style is None


def _check_document(text: str, document: Node) -> None:
    pairs = list(entries(document))
    services = next((value for key, value in pairs if key.value == "services"), None)
    strays = [(key, value) for key, value in pairs if key.value not in TOP_KEYS and not key.value.startswith("x-")]
    last = None
    if services is not None:
        last = next((key.value for key, _ in reversed(list(entries(services)))), None)
    for key, value in strays:
        if services is not None and _empty(services):
            raise slip(
                text, *at(key), f"services: has nothing in it, and {key.value}: stands at its own level.",
                f"Indent {key.value}: by two spaces, and what belongs to it by four.",
            )  # fmt: skip
        if key.value in _SURE:
            into = f" into {last}" if last else ""
            raise slip(
                text, *at(key), f"{key.value}: is a key of a service, and stands at the level of services:.",
                f"Indent it by four spaces, so that it comes{into or ' into its service'}.",
            )  # fmt: skip
        if services is not None and any(inner.value in ("image", "build") for inner, _ in entries(value)):
            raise slip(
                text, *at(key), f"{key.value}: looks like a service, and stands at the level of services:.",
                f"Indent {key.value}: and what belongs to it by two more spaces.",
            )  # fmt: skip
    _check_services(text, services)


def _check_services(text: str, services: Node | None) -> None:
    before = ""
    for key, value in entries(services):
        own = isinstance(value, MappingNode) and any(inner.value in SERVICE_KEYS for inner, _ in entries(value))
        if key.value in _SURE and not own:
            into = f" of {before}" if before else ""
            raise slip(
                text, *at(key), f"{key.value}: stands at the level of the services, so it counts as a service of that name.",
                f"It is a key{into}: indent it by two more spaces than {before or 'the service'}:.",
            )  # fmt: skip
        if isinstance(value, ScalarNode) and not _empty(value):
            colon = re.match(r"[a-z_]+:\S", value.value)
            hint = "A space is missing after the colon: image: busybox" if colon else "Below it come its keys: image: busybox"
            raise slip(text, *at(value), f"The service {key.value} has text where its keys should be: “{value.value[:60]}”.", hint)
        before = key.value if key.value not in SERVICE_KEYS else before
