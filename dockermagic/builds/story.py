"""What to say about a build that failed: where, what, and what to look at."""

from __future__ import annotations

import re

from dockermagic.builds.events import BuildPath
from dockermagic.builds.exits import meaning
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
        frontend = _frontend(build)
        if frontend is not None:
            return f"line {frontend[0]}: {frontend[1]}\n{_plain(build.error)}", NO_FRONTEND
        return _plain(build.error) or "The engine gave no reason.", _hint(build.error, None)
    first = failed.name.splitlines()[0]
    lines = [f"line {failed.line}: {first}"]
    if failed.exit_code is not None:
        lines.append(f"The command ended with exit code {failed.exit_code} ({meaning(failed.exit_code)}).")
    elif failed.error:
        missing = MISSING.search(failed.error)
        lines.append(f"“{missing['name']}” was not found." if missing else _plain(failed.error))
    tail = [_plain(line) for line in failed.log.splitlines()[-LOG_LINES:]]
    if tail:
        lines += ["", "Its last lines:", *(f"    {line}" for line in tail)]
    code = "" if failed.exit_code is None else f"exit code {failed.exit_code}"
    return "\n".join(lines), _hint("\n".join((code, failed.error, failed.log[-4000:], build.error)), failed)


def _frontend(build: Build) -> tuple[int, str] | None:
    """Give the line of a `# syntax=` directive, and its number, when the error is about the image that it names."""
    for number, line in enumerate(build.dockerfile.splitlines(), 1):
        if not line.startswith("#"):
            return None
        found = SYNTAX.match(line)
        if found is not None:
            return (number, line.strip()) if found["repository"] in build.error else None
    return None


def cancelled(path: BuildPath) -> str:
    """Say what an interrupt has stopped."""
    if path == "podman":
        return "The build was interrupted. Podman cannot stop the step that runs: it ends by itself, and no other one starts."
    return "The build was interrupted, and the engine was told to stop it."


def _plain(text: str) -> str:
    return WRAPPING.sub("", CONTROLS.sub("", ESCAPES.sub("", text)).strip())


SYNTAX = re.compile(r"#\s*syntax\s*=\s*(?:(?:localhost|[^\s/]*[.:][^\s/]*)/)?(?P<repository>[^\s:@]+)", re.IGNORECASE)
MISSING = re.compile(r'"/?(?P<name>[^"\n]+)"(?: not found)?: not found')
WRAPPING = re.compile(
    r"^(?:failed to solve(?: with frontend [\w.]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = )+"
)

NOT_IN_CONTEXT = (
    "“{name}” is not in the build context. Look at its spelling, at the folder that is the context (--context), "
    "and at .dockerignore: what it lists is not sent."
)
NO_IMAGE = (
    "The base image was not found. Look at the name and the tag for a slip, and at the network; "
    "a private image needs a login: docker login"
)
NO_FRONTEND = (
    "This line asks for a version of the Dockerfile language that is an image of its own, and that image could not be fetched. "
    "Leave the line out, and the engine takes the version that it has."
)
HINTS: tuple[tuple[str, str], ...] = (
    (
        r"secret \S+: not found|secret \S+ not found",
        "The step asks for a secret that was not given: %%dockerfile --secret id=NAME,src=FILE",
    ),
    (r'copier: stat: "/?(?P<name>[^"]+)"', NOT_IN_CONTEXT),
    (MISSING.pattern, NOT_IN_CONTEXT),
    (r"(?:COPY|ADD) failed: (?:file not found in build context[^:]*: )?stat (?P<name>[^:]+)", NOT_IN_CONTEXT),
    (
        r"base name \((?P<name>.*?)\) should not be blank",
        "“{name}” has no value here. Give it one, in the Dockerfile (ARG NAME=value, above the first FROM) or with --build-arg.",
    ),
    (
        r"connection to the engine broke|does not answer|no active session",
        "See whether the engine still runs: %docker_engine --again. Then run the cell again.",
    ),
    (
        (
            r"pull access denied|repository does not exist|manifest unknown|failed to resolve source metadata"
            r"|docker\.io/\S+: not found"
        ),
        NO_IMAGE,
    ),
    (
        r"exit code 127\b",
        "A command was not found (exit code 127). Is it spelt right, and is it installed in the image that this stage is FROM?",
    ),
    (
        r"no such host|dial tcp|i/o timeout|network is unreachable|Temporary failure in name resolution|bad address",
        (
            "A name could not be reached over the network. Is this machine online, and does it need a proxy "
            "(--build-arg HTTP_PROXY=…)?"
        ),
    ),
    (
        r"[Pp]ermission denied",
        "Permission was denied. Which USER runs here, and is the file executable (COPY --chmod=755, or chmod on the host)?",
    ),
    (
        r"parent snapshot \S+ does not exist",
        (
            "The engine's own clean-up took a layer away while the image was put together, twice. Run the cell again: "
            "what was built is in the cache."
        ),
    ),
    (r"[Nn]o space left on device", "The disk is full. See what Docker uses: docker system df"),
    (
        r"unknown instruction: (?P<name>\S+)",
        (
            "“{name}” is no instruction that this builder knows. If the line belongs to a here-document (<<EOF): the builder "
            "of this engine is too old for those; write the lines with && and \\ instead."
        ),
    ),
)
"""What an error looks like, and what to say of it; `{name}` is what the pattern found."""


def _hint(text: str, step: Step | None) -> str:
    for pattern, hint in HINTS:
        found = re.search(pattern, text)
        if found:
            return hint.replace("{name}", found.groupdict().get("name") or "")
    if step is not None and step.keyword == "RUN":
        return "Read the log above from its first error on. The whole of it is in the failed row of the timeline."
    return ""
