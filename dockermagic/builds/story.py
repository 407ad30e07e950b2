"""What to say about a build that failed: where, what, and what to look at."""

from __future__ import annotations

import re
from collections.abc import Callable

from dockermagic.builds.model import Build, Step

LOG_LINES = 10
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def explain(build: Build) -> tuple[str, str]:
    """Give the message and the hint for a build that failed.

    Returns:
        What happened (Dockerfile line, instruction, exit code, last lines of the log), and what to look at.
    """
    failed = next((step for step in build.steps if step.status == "failed"), None)
    if failed is None:
        return _plain(build.error) or "The engine gave no reason.", _hint(build.error, None)
    first = failed.name.splitlines()[0]
    lines = [f"line {failed.line}: {first}"]
    if failed.exit_code is not None:
        lines.append(f"The command ended with exit code {failed.exit_code}.")
    elif failed.error:
        missing = MISSING.search(failed.error)
        lines.append(f"“{missing[1]}” was not found." if missing else _plain(failed.error))
    tail = [_plain(line) for line in failed.log.splitlines()[-LOG_LINES:]]
    if tail:
        lines += ["", "Its last lines:", *(f"    {line}" for line in tail)]
    code = "" if failed.exit_code is None else f"exit code {failed.exit_code}"
    return "\n".join(lines), _hint("\n".join((code, failed.error, failed.log[-4000:], build.error)), failed)


def _plain(text: str) -> str:
    return WRAPPING.sub("", CONTROLS.sub("", ESCAPES.sub("", text)).strip())


def _missing_file(found: re.Match[str], step: Step | None) -> str:
    return (
        f"“{found[1]}” is not in the build context. Look at its spelling, at the folder that is the context (--context), "
        "and at .dockerignore: what it lists is not sent."
    )


def _missing_image(found: re.Match[str], step: Step | None) -> str:
    return "The base image was not found. Look at the name and the tag for a slip, and at the network; a private image needs a login: docker login"


def _missing_command(found: re.Match[str], step: Step | None) -> str:
    return "A command was not found (exit code 127). Is it spelt right, and is it installed in the image that this stage is FROM?"


MISSING = re.compile(r'"/?([^"\n]+)"(?: not found)?: not found')
Hint = Callable[["re.Match[str]", "Step | None"], str]

WRAPPING = re.compile(r"^(?:failed to solve(?: with frontend [\w.]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = )+")

HINTS: tuple[tuple[re.Pattern[str], Hint], ...] = (
    (
        re.compile(r"secret \S+: not found|secret \S+ not found"),
        lambda found, step: "The step asks for a secret that was not given: %%dockerfile --secret id=NAME,src=FILE",
    ),
    (re.compile(r'copier: stat: "/?([^"]+)"'), _missing_file),
    (MISSING, _missing_file),
    (re.compile(r"(?:COPY|ADD) failed: (?:file not found in build context[^:]*: )?stat ([^:]+):"), _missing_file),
    (re.compile(r"pull access denied|repository does not exist|manifest unknown|failed to resolve source metadata|docker\.io/\S+: not found"), _missing_image),
    (re.compile(r"exit code 127\b"), _missing_command),
    (
        re.compile(r"no such host|dial tcp|i/o timeout|network is unreachable|Temporary failure in name resolution|bad address"),
        lambda found, step: "A name could not be reached over the network. Is this machine online, and does it need a proxy (--build-arg HTTP_PROXY=…)?",
    ),
    (
        re.compile(r"permission denied|Permission denied"),
        lambda found, step: "Permission was denied. Which USER runs here, and is the file executable (COPY --chmod=755, or chmod on the host)?",
    ),
    (re.compile(r"No space left on device|no space left on device"), lambda found, step: "The disk is full. See what Docker uses: docker system df"),
    (
        re.compile(r"unknown instruction: (\S+)"),
        lambda found, step: f"“{found[1]}” is no instruction that this builder knows. If the line belongs to a here-document (<<EOF): the builder of "
        "this engine is too old for those; write the lines with && and \\ instead.",
    ),
)


def _hint(text: str, step: Step | None) -> str:
    for pattern, hint in HINTS:
        found = pattern.search(text)
        if found:
            return hint(found, step)
    if step is not None and step.keyword == "RUN":
        return "Read the log above from its first error on. The whole of it is in the failed row of the timeline."
    return ""
