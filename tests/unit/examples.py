"""Builds made of hand-written events: what views are tested and looked at with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockermagic.builds import events as ev
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build, Stage, Step

START = 1_700_000_000.0
"""When every example begins, in seconds since the epoch."""

METADATA = {
    "ARG",
    "ENV",
    "CMD",
    "ENTRYPOINT",
    "LABEL",
    "EXPOSE",
    "USER",
    "VOLUME",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
    "ONBUILD",
    "MAINTAINER",
}


def empty(dockerfile: str, **fields: object) -> Build:
    """Give a build of which nothing has happened yet. Reads only simple Dockerfiles: no heredocs, no directives."""
    steps: list[Step] = []
    stages: list[Stage] = []
    lines = dockerfile.strip("\n").split("\n")
    number = 0
    while number < len(lines):
        first = number
        while lines[number].endswith("\\"):
            number += 1
        number += 1
        name = "\n".join(lines[first:number])
        if not name.strip() or name.startswith("#"):
            continue
        words = name.split()
        keyword = words[0].upper()
        if keyword == "FROM":
            stage = words[3] if len(words) > 3 and words[2].upper() == "AS" else f"stage-{len(stages)}"
            stages.append(Stage(stage, words[1], first + 1))
        named = keyword in METADATA or (keyword == "FROM" and (words[1] == "scratch" or words[1] in [s.name for s in stages[:-1]]))
        steps.append(
            Step(
                name=name,
                line=first + 1,
                last_line=number,
                keyword=keyword,
                stage=stages[-1].name if stages else "",
                status="metadata" if named else "waiting",
            )
        )
    return Build(dockerfile=dockerfile, steps=tuple(steps), stages=tuple(stages), **fields)  # type: ignore[arg-type]


def fold(build: Build, events: Iterable[ev.Event]) -> Build:
    """Give the build after all the events."""
    for event in events:
        build = apply(build, event)
    return build


HELLO = """FROM busybox
WORKDIR /app
COPY . .
RUN echo compiling; sleep 1; wc -l *.txt > /app/report
ENV MODE=demo
CMD cat /app/report
"""


def hello_start() -> Build:
    """Give the first lesson's build before it begins."""
    return empty(HELLO, tags=("hello:1",), context=".", command="docker build -t hello:1 -f - . <<'EOF'\n" + HELLO + "EOF")


def hello_events(cached: bool = False, at: float = START) -> Iterator[ev.Event]:
    """Tell the first lesson's build: a base image that is there, three steps that run."""
    yield ev.BuildStarted(at, "Docker Engine 20.10.24", "buildkit")
    yield ev.PhaseStarted(at + 0.01, "context")
    yield ev.BytesMoved(at + 0.02, None, "context", 1024, 3212)
    yield ev.BytesMoved(at + 0.05, None, "context", 3212, 3212, finished=True)
    yield ev.PhaseFinished(at + 0.05, "context")
    yield ev.StepStarted(at + 0.08, 0)
    yield ev.StepFinished(at + 0.09, 0, "cached", "sha256:" + "0" * 64)
    if cached:
        for step, moment in ((1, 0.1), (2, 0.11), (3, 0.11)):
            yield ev.StepStarted(at + moment, step)
            yield ev.StepFinished(at + moment, step, "cached")
        end = 0.16
    else:
        yield from _hello_ran(at)
        end = 1.75
    yield ev.LintWarned(
        at + 0.09,
        5,
        "JSONArgsRecommended",
        "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
        "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
        6,
    )
    yield ev.PhaseStarted(at + end - 0.05, "export")
    yield ev.PhaseFinished(at + end, "export")
    yield ev.ImageBuilt(at + end, "sha256:1a2e4884c8f98e0bc98b1492a6efaed7f3a02def92690b8d8a0d5eefee69f549", 4_263_422)
    for step, size in ((0, 4_259_981), (1, 0), (2, 3212), (3, 229)):
        yield ev.LayerMeasured(at + end, step, size)
    yield ev.BuildFinished(at + end + 0.01, "succeeded")


def _hello_ran(at: float) -> Iterator[ev.Event]:
    yield ev.StepStarted(at + 0.1, 1)
    yield ev.StepFinished(at + 0.22, 1, "ran")
    yield ev.StepStarted(at + 0.23, 2)
    yield ev.StepFinished(at + 0.35, 2, "ran")
    yield ev.StepStarted(at + 0.36, 3)
    yield ev.StepLogged(at + 0.4, 3, 1, "compiling\n")
    yield ev.StepFinished(at + 1.6, 3, "ran")


MULTI = """# syntax: none
ARG GO=1.22

FROM golang:${GO} AS builder
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build \\
      -trimpath -ldflags="-s -w" \\
      -o /out/server ./cmd/server

FROM node:20-alpine AS assets
WORKDIR /web
COPY web/package*.json ./
RUN npm ci --no-audit
COPY web .
RUN npm run build

FROM alpine:3.20
ENV PORT=8080
COPY --from=builder /out/server /usr/local/bin/server
COPY --from=assets /web/dist /srv/www
EXPOSE 8080
HEALTHCHECK CMD wget -qO- localhost:8080/healthz
CMD ["server"]
"""


def multi_start() -> Build:
    """Give a multi-stage build before it begins."""
    return empty(MULTI, tags=("shop:2.1", "shop:latest"), context=".", command="docker build -t shop:2.1 -t shop:latest .")


def multi_events(at: float = START) -> Iterator[ev.Event]:
    """Tell a multi-stage build whose first two stages run side by side, with pulls, progress lines and colours; in time order."""
    told = [
        ev.BuildStarted(at, "Docker Engine 28.5.2", "buildkit"),
        ev.PhaseStarted(at + 0.02, "context"),
        *(ev.BytesMoved(at + 0.02 + n * 0.08, None, "context", n * 1_240_000, 12_400_000, finished=n == 10) for n in range(11)),
        ev.PhaseFinished(at + 0.9, "context"),
        ev.PhaseStarted(at + 0.1, "metadata"),
        ev.PhaseFinished(at + 0.9, "metadata"),
        *_pull(at + 0.9, 1, (49_600_000, 24_000_000, 64_100_000, 92_300_000), 2.6),
        *_pull(at + 0.9, 7, (3_600_000, 41_500_000), 1.1),
        ev.StepStarted(at + 0.9, 13),
        ev.StepFinished(at + 0.92, 13, "cached"),
        *_ran(at, 2, 3.55, 3.7),
        *_ran(at, 3, 3.7, 3.8),
        *_ran(at, 4, 3.8, 6.1, [f"go: downloading example.org/pkg{n} v1.{n}.0\n" for n in range(24)], 2),
        *_ran(at, 5, 6.1, 6.3),
        *_ran(at, 6, 6.3, 11.4, [f"\x1b[2mcompile\x1b[0m \x1b[36minternal/part{n:02}\x1b[0m\n" for n in range(60)], 2),
        *_ran(at, 8, 2.05, 2.15),
        *_ran(at, 9, 2.15, 2.3),
        *_ran(at, 10, 2.3, 5.9, [f"\rfetching {n * 5:3d}%" for n in range(21)] + ["\r\x1b[Kadded 412 packages in 3s\n"]),
        *_ran(at, 11, 5.9, 6.2),
        *_ran(
            at,
            12,
            6.2,
            9.0,
            [
                "\x1b[32m✓\x1b[0m 218 modules transformed.\n",
                "\x1b[33mwarn\x1b[0m chunk over 500 kB\n",
                "\x1b[1mdist/app.js\x1b[0m  512.40 kB\n",
            ],
        ),
        *_ran(at, 15, 11.45, 11.6),
        *_ran(at, 16, 11.6, 11.7),
        ev.PhaseStarted(at + 11.7, "export"),
        ev.PhaseFinished(at + 12.1, "export"),
        ev.ImageBuilt(at + 12.1, "sha256:9b1c" + "7d" * 30, 31_800_000),
        *(ev.LayerMeasured(at + 12.11, step, size) for step, size in ((13, 7_800_000), (15, 14_200_000), (16, 9_800_000))),
        ev.BuildFinished(at + 12.15, "succeeded"),
    ]
    yield from sorted(told, key=lambda event: event.time)


def _pull(at: float, step: int, layers: tuple[int, ...], lasts: float) -> list[ev.Event]:
    told: list[ev.Event] = [ev.StepStarted(at, step)]
    for number, size in enumerate(layers):
        for part in range(1, 11):
            moment = at + lasts * (part / 10) * (0.6 + 0.1 * number)
            told.append(ev.BytesMoved(moment, step, f"sha256:{number}", size * part // 10, size, finished=part == 10))
    return [*told, ev.StepFinished(at + lasts, step, "ran")]


def _ran(at: float, step: int, begin: float, end: float, lines: list[str] | None = None, stream: int = 1) -> list[ev.Event]:
    texts = lines or []
    gap = (end - begin) / (len(texts) + 1)
    logged = [ev.StepLogged(at + begin + gap * (number + 1), step, stream, text) for number, text in enumerate(texts)]
    return [ev.StepStarted(at + begin, step), *logged, ev.StepFinished(at + end, step, "ran")]


FAILING = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""


def failing_events(at: float = START) -> Iterator[ev.Event]:
    """Tell a build that fails in its second RUN, with a coloured log."""
    yield ev.BuildStarted(at, "Docker Engine 20.10.24", "buildkit")
    yield ev.BytesMoved(at + 0.1, None, "context", 48_200, 48_200, finished=True)
    for step in range(3):
        yield ev.StepStarted(at + 0.1, step)
        yield ev.StepFinished(at + 0.1 + step / 100, step, "cached")
    yield ev.StepStarted(at + 0.2, 3)
    yield ev.StepLogged(at + 1.0, 3, 1, "Collecting flask==3.0.3\n  Downloading flask-3.0.3-py3-none-any.whl (101 kB)\n")
    yield ev.StepLogged(at + 1.6, 3, 2, "\x1b[31mERROR: Could not find a version that satisfies the requirement reqests\x1b[0m\n")
    yield ev.StepLogged(at + 1.6, 3, 2, "\x1b[31mERROR: No matching distribution found for reqests\x1b[0m\n")
    error = 'process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 1'
    yield ev.StepFinished(at + 1.7, 3, "failed", error=error, exit_code=1)
    yield ev.BuildFinished(at + 1.72, "failed", error)


def failing() -> Build:
    """Give a build that failed."""
    return fold(empty(FAILING, tags=("api:dev",), command="docker build -t api:dev ."), failing_events())


def hello(cached: bool = False) -> Build:
    """Give the first lesson's build, ended."""
    return fold(hello_start(), hello_events(cached))


def multi() -> Build:
    """Give the multi-stage build, ended."""
    return fold(multi_start(), multi_events())


def at(start: Build, events: Iterable[ev.Event], moment: float) -> Build:
    """Give a build as it is `moment` seconds after START."""
    return fold(start, (event for event in events if event.time <= START + moment))
