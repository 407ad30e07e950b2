"""Record the engines' event streams, slice by slice as they arrive: the corpus under `tests/recordings`.

A recording is a file of JSON lines. The first is the header: `path` ("buildkit" or "buildx"), `engine` (its version), `case`,
`dockerfile`, `target`, `build_args`, `outcome`. Each further line is a slice: `t`, seconds since the first byte was asked for, and
`data`, the bytes in base64. The builds go the way that dockermagic's own do, so the streams are what it has to read.

    python -m tests.rig.record [CASE...]
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from dockermagic.builds.paths import BuildkitPath
from dockermagic.builds.request import BuildRequest, Secret
from dockermagic.builds.run import planned
from dockermagic.engine.address import Address
from dockermagic.engine.engine import Engine as Client
from tests.rig import clients, engines, images, registry
from tests.rig.cases import CASES, Case
from tests.rig.engines import Engine
from tests.rig.places import ROOT, RigError, say

RECORDINGS = ROOT / "tests" / "recordings"
LARGEST = 60_000
SECRET_FILE = "the-secret.txt"
Slice = tuple[float, bytes]


def request_for(case: Case, folder: Path, dockerfile: str) -> BuildRequest:
    """Give the request of a case whose context has been written to a folder."""
    for name, text in case.files.items():
        path = folder / "context" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / SECRET_FILE).write_text("hunter2")
    return BuildRequest(
        dockerfile=dockerfile,
        context=str(folder / "context") if case.files else None,
        target=case.target,
        build_args=tuple(case.build_args.items()),
        secrets=tuple(Secret(name, src=str(folder / SECRET_FILE)) for name in case.secrets),
    )


def buildkit_slices(request: BuildRequest, url: str, cancel_at: str) -> Iterator[Slice]:
    """Build over the Engine API and yield what arrives; the end of a failed build is an end like any other."""
    # The plan serves the decoder, which is not used here; so a Dockerfile that dockermagic itself refuses can be recorded as well.
    dockerfile, build = planned(BuildRequest(f"FROM scratch AS {request.target or 'stage'}"))
    path = BuildkitPath(request, Client(Address(url)), dockerfile, build.steps, lambda event: None)
    begun = time.monotonic()
    seen = b""
    try:
        for data in path.slices():
            yield time.monotonic() - begun, data
            seen += data
            if cancel_at and cancel_at.encode() in logged(seen):
                return
    finally:
        path.close()


def logged(stream: bytes) -> bytes:
    """Give what the messages of a stream hold, their base64 undone."""
    return b"".join(base64.b64decode(part) for part in re.findall(rb'"aux":"([A-Za-z0-9+/=]+)"', stream))


def printed(stream: bytes) -> bytes:
    """Give what the steps of a rawjson stream have printed."""
    return b"".join(base64.b64decode(part) for part in re.findall(rb'"data": ?"([A-Za-z0-9+/=]*)"', stream))


def buildx_slices(request: BuildRequest, cli: clients.Cli, cancel_at: str) -> Iterator[Slice]:
    """Build with `docker buildx build --progress=rawjson` and yield what it writes to stderr."""
    arguments = ["buildx", "build", "--progress=rawjson", "--file=-"]
    arguments += [f"--build-arg={name}={value}" for name, value in request.build_args]
    arguments += [f"--target={request.target}"] if request.target else []
    arguments += [f"--secret=id={secret.id},src={secret.src}" for secret in request.secrets]
    with TemporaryDirectory() as empty:
        begun, seen = time.monotonic(), b""
        with cli.stream([*arguments, request.context or empty], request.dockerfile) as stderr:
            while data := stderr.read1(1 << 16):
                yield time.monotonic() - begun, data
                seen += data
                if cancel_at and cancel_at.encode() in printed(seen):
                    return


def outcome_of(slices: list[Slice], case: Case, kind: str) -> str:
    """Tell how a recorded build ended."""
    stream = b"".join(data for _, data in slices)
    if case.cancel_at:
        return "cancelled"
    if kind == "buildx":
        return "failed" if re.search(rb"^ERROR: ", stream, re.MULTILINE) else "succeeded"
    return "succeeded" if b'"moby.image.id"' in stream else "failed"


def write(case: Case, kind: str, engine: Engine, dockerfile: str, slices: list[Slice]) -> Path:
    """Write a recording.

    Raises:
        RigError: the build did not end as the case says, or the recording is too large for the repository.
    """
    outcome = outcome_of(slices, case, kind)
    version = re.match(r"[\d.]+", engine.version)
    header = {
        "path": kind,
        "engine": version[0] if version else engine.version,
        "case": case.name,
        "dockerfile": dockerfile,
        "target": case.target,
        "build_args": case.build_args,
        "outcome": outcome,
    }
    if outcome != case.outcome:
        raise RigError(
            f"{case.name} on {kind} {engine.version} {outcome}, and should have {case.outcome}: {slices[-1][1][-600:]!r}"
        )
    lines = [header, *({"t": round(at, 4), "data": base64.b64encode(data).decode()} for at, data in slices)]
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    if len(text) > LARGEST:
        raise RigError(f"{case.name} on {kind} {engine.version} makes {len(text)} bytes, more than {LARGEST}")
    release = "20.10" if engine.version.startswith("20.10") else engine.version.partition(".")[0]
    path = RECORDINGS / f"{kind}-{release}" / f"{case.name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def record(case: Case, kind: str, engine: Engine, depot: registry.Registry) -> Path:
    """Record one case on one engine."""
    dockerfile = case.dockerfile.replace("{registry}", depot.address)
    cli = clients.for_engine(engine)

    def slices(request: BuildRequest) -> list[Slice]:
        if kind == "buildx":
            return list(buildx_slices(request, cli, case.cancel_at))
        return list(buildkit_slices(request, engine.url, case.cancel_at))

    with TemporaryDirectory() as name:
        request = request_for(case, Path(name), dockerfile)
        for tag, text in case.before.items():
            cli.run("build", "--tag", tag, "-", text=text)
        if case.warm:
            slices(request)
        return write(case, kind, engine, dockerfile, slices(request))


def main(wanted: list[str]) -> int:
    """Record all cases, or those that are named, on fresh private engines, so that nothing is in their caches."""
    failed = 0
    for kind, version in (("buildkit", "20.10"), ("buildkit", "28"), ("buildx", "28")):
        engine = engines.private(version)
        try:
            images.provide(engine)
            depot = registry.beside(engine)
            depot.offer("public/base:1")
            for case in CASES:
                if version in case.engines and (not wanted or case.name in wanted):
                    try:
                        path = record(case, kind, engine, depot)
                        say(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
                    except RigError as error:
                        failed += 1
                        say(f"not recorded: {error}")
            depot.end()
        finally:
            engine.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
