"""Finding an engine.

1. `DOCKER_HOST`, when it is set, and nothing else: an engine that was asked for and is dead is reported, never passed over.
2. Else the current docker context (`DOCKER_CONTEXT`, then the config file), likewise, unless it is the default one.
3. Else the sockets where engines are known to listen, in order: rootful, Desktop, Colima, OrbStack, Rancher, rootless, Podman.
4. A candidate counts once a real container ran on it.
5. Last, an embedded engine, where one may be started (`embedded.need`); first of all but 1 and 2 when it was asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dockermagic.engine.address import Address, TlsFiles
from dockermagic.engine.advice import how_to_get_one
from dockermagic.engine.contexts import DEFAULT, current_context, load_context
from dockermagic.engine.embedded import need
from dockermagic.engine.engine import Engine, reason
from dockermagic.engine.proof import prove
from dockermagic.errors import DockerMagicError, EngineError, EngineNotFound


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where an engine may be; `configured` when somebody asked for just this one."""

    source: str
    address: Address
    configured: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a candidate; `refusal` is empty for the one that was taken."""

    source: str
    url: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """The outcome of looking: the engine, or None, and what was tried in order."""

    engine: Engine | None
    attempts: tuple[Attempt, ...]


def asked_for() -> tuple[str, ...]:
    """Give what decides where to look: another answer than before means that somebody chose another engine meanwhile."""
    names = ("DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG")
    chosen = "embedded" if need.wanted() else ""
    return (*(os.environ.get(name, "") for name in names), current_context(os.environ, Path.home()), chosen)


def candidates(environ: Mapping[str, str], home: Path) -> Iterator[Candidate]:
    """Yield where to look, best first; a configured one is the only one.

    Parameters:
        environ: the environment variables.
        home: the user's home directory.

    Raises:
        EngineNotFound: a docker context is named that does not exist.
    """
    host = environ.get("DOCKER_HOST", "")
    if host:
        yield Candidate("DOCKER_HOST", Address(_completed(host), _environment_tls(environ)), configured=True)
        return
    context = _context(environ, home)
    if context is not None:
        yield context
        return
    if sys.platform == "win32":
        for name in ("docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"):
            yield Candidate(f"pipe {name}", Address(f"npipe:////./pipe/{name}"))
        return
    for source, path in _sockets(environ, home):
        yield Candidate(source, Address(f"unix://{path}"))


def _completed(host: str) -> str:
    if "://" in host:
        return host
    return f"unix://{host}" if host.startswith("/") else f"tcp://{host}"


def _environment_tls(environ: Mapping[str, str]) -> TlsFiles | None:
    folder = environ.get("DOCKER_CERT_PATH", "")
    verify = environ.get("DOCKER_TLS_VERIFY", "") not in ("", "0", "false")
    if not verify and environ.get("DOCKER_TLS", "") in ("", "0", "false"):
        return None
    root = Path(folder) if folder else Path(environ.get("DOCKER_CONFIG", "") or Path.home() / ".docker")
    ca, cert, key = (str(root / name) if (root / name).exists() else "" for name in ("ca.pem", "cert.pem", "key.pem"))
    return TlsFiles(ca, cert, key, verify)


def _context(environ: Mapping[str, str], home: Path) -> Candidate | None:
    name = current_context(environ, home)
    if name == DEFAULT:
        return None
    context = load_context(name, environ, home)
    tls = TlsFiles(context.ca, context.cert, context.key, context.verify) if context.has_tls else None
    return Candidate(f"docker context “{name}”", Address(_completed(context.host), tls), configured=True)


def _sockets(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    runtime = environ.get("XDG_RUNTIME_DIR", "") or f"/run/user/{os.getuid()}"
    yield "Docker Engine", "/var/run/docker.sock"
    yield "Docker Desktop", f"{home}/.docker/run/docker.sock"
    yield "Docker Desktop for Linux", f"{home}/.docker/desktop/docker.sock"
    yield "Colima", f"{home}/.colima/default/docker.sock"
    yield "OrbStack", f"{home}/.orbstack/run/docker.sock"
    yield "Rancher Desktop", f"{home}/.rd/docker.sock"
    yield "rootless Docker", f"{runtime}/docker.sock"
    yield "rootless Podman", f"{runtime}/podman/podman.sock"
    yield "Podman", "/run/podman/podman.sock"


def memory_of_proofs() -> Path:
    """Give the file that keeps which engines were proven."""
    from platformdirs import user_cache_path

    return user_cache_path("dockermagic") / "proven-engines.json"


def search(
    environ: Mapping[str, str] | None = None, home: Path | None = None, folders: Sequence[Path] = (), *, start: bool = True
) -> Search:
    """Look for an engine and try each candidate until one has run a container.

    Parameters:
        environ, home: for tests; this process's own when not given.
        folders: that an embedded engine is to reach, if one is started.
        start: whether one may be started; else only one that runs already is joined.
    """
    attempts: list[Attempt] = []
    found = list(candidates(os.environ if environ is None else environ, home or Path.home()))
    configured = any(candidate.configured for candidate in found)
    may = start or need.runs()
    if need.wanted() and not configured:
        if not may:
            return Search(None, ())
        engine = _embedded(attempts, folders)
        if engine is not None:
            return Search(engine, tuple(attempts))
    for candidate in found:
        url = candidate.address.url
        if not candidate.configured and url.startswith("unix://") and not Path(url[7:]).exists():
            attempts.append(Attempt(candidate.source, url, "no such socket"))
            continue
        engine = Engine(candidate.address, candidate.source)
        try:
            candidate.address.dial(timeout=5).close()
            prove(engine, memory_of_proofs())
        except (DockerMagicError, OSError) as error:
            refusal = error.message if isinstance(error, DockerMagicError) else reason(error)
            refusal = refusal.removeprefix(f"The engine at {url} does not answer: ").rstrip(".")
            attempts.append(Attempt(candidate.source, url, refusal))
            engine.close()
            continue
        attempts.append(Attempt(candidate.source, url))
        return Search(engine, tuple(attempts))
    last = _embedded(attempts, folders) if may and not (configured or need.wanted()) and need.allowed() else None
    return Search(last, tuple(attempts))


def _embedded(attempts: list[Attempt], folders: Sequence[Path]) -> Engine | None:
    """Have the embedded engine started, and take note of what became of it; a container ran on it before it is called ready."""
    try:
        state = need.ready(folders, need.to_stdout)
    except EngineError as error:
        attempts.append(Attempt("embedded engine", "", "; ".join(filter(None, (error.message.rstrip("."), error.hint)))))
        return None
    source = f"embedded engine ({state.rung})"
    attempts.extend(Attempt(f"embedded engine ({each.rung})", "", each.why) for each in state.refusals)
    attempts.append(Attempt(source, state.url))
    engine = Engine(Address(state.url), source)
    engine.walls = need.walls(state)
    return engine


def find_engine() -> Engine:
    """Find an engine that runs containers.

    Raises:
        EngineNotFound: there is none, or the one that was asked for is dead; says how to get one here.
    """
    found = search()
    if found.engine is not None:
        return found.engine
    raise not_found(found)


def not_found(found: Search) -> EngineError:
    """Say why no engine was found, and what to do on this operating system."""
    if len(found.attempts) == 1 and found.attempts[0].source.startswith(("DOCKER_HOST", "docker context")):
        attempt = found.attempts[0]
        undo = "unset DOCKER_HOST" if attempt.source == "DOCKER_HOST" else "docker context use default"
        hint = f"Start that engine, or let dockermagic look for another one: {undo}"
        if attempt.refusal == "permission denied":
            hint = how_to_get_one(sys.platform, refused=True)
        return EngineNotFound(f"The engine that {attempt.source} names, {attempt.url}, cannot be used: {attempt.refusal}.", hint)
    denied = any(attempt.url and attempt.refusal != "no such socket" for attempt in found.attempts)
    refused = [f"{attempt.source} ({attempt.refusal})" for attempt in found.attempts if attempt.refusal != "no such socket"]
    seen = " Tried and passed over: " + "; ".join(refused) + "." if refused else ""
    return EngineNotFound(f"No Docker Engine was found on this machine.{seen}", how_to_get_one(sys.platform, refused=denied))
