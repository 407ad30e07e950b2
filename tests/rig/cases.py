"""The Dockerfiles whose builds are recorded, each for one thing that an engine's stream can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Case:
    """A build to record.

    Parameters:
        name: also the recording's file name.
        dockerfile: its text; `{registry}` stands for the address of a registry that holds `public/base:1`.
        files: the context, path to text.
        outcome: how the build is to end; a recording that ends otherwise is refused.
        engines: the versions to record on.
        cancel_at: text in the log at which the connection is closed.
        warm: build it once before, so that all is cached.
        before: Dockerfiles to build first, tag to text.
    """

    name: str
    dockerfile: str
    files: dict[str, str] = field(default_factory=dict)
    outcome: str = "succeeded"
    engines: tuple[str, ...] = ("20.10", "28")
    target: str = ""
    build_args: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    cancel_at: str = ""
    warm: bool = False
    before: dict[str, str] = field(default_factory=dict)


def case(name: str, text: str, **more: object) -> Case:
    """Make a case of an indented Dockerfile."""
    return Case(name, dedent(text).lstrip("\n"), **more)  # type: ignore[arg-type]  # the fields of Case


NOTES = {"a.txt": "one\ntwo\n", "b.txt": "three\n"}
PLAIN = """
    FROM busybox
    WORKDIR /app
    COPY . .
    RUN echo compiling; sleep 1; wc -l *.txt > /app/report
    CMD ["cat", "/app/report"]
"""
STAGES = """
    FROM busybox AS left
    RUN echo left begins; sleep 1; echo left > /left

    FROM busybox AS right
    RUN echo right begins; sleep 1; echo right > /right

    FROM busybox AS both
    COPY --from=left /left /
    COPY --from=right /right /
    RUN cat /left /right
"""
NEW = ("28",)

CASES = (
    case("plain", PLAIN, files=NOTES),
    case("cached", PLAIN.replace("compiling", "compiling again"), files=NOTES, warm=True),
    case(
        "partly-cached",
        """
        FROM busybox
        RUN echo from the cache > /first
        COPY a.txt /
        RUN echo anew; cat /a.txt
        """,
        files=NOTES,
        before={"rig/first": "FROM busybox\nRUN echo from the cache > /first\n"},
    ),
    case(
        "failing-run",
        "FROM busybox\nENV STRICT=1\nRUN echo working; echo 'no such module' >&2; exit 7\nRUN echo never\nCMD sh\n",
        outcome="failed",
    ),
    case("unknown-command", "FROM busybox\nRUN frobnicate --all\n", outcome="failed"),
    case("stages", STAGES),
    case("target", STAGES.replace("begins", "starts"), target="left"),
    case("unused-stage", "FROM busybox AS tests\nRUN echo tests\n\nFROM busybox\nRUN echo used\nLABEL kind=used\n"),
    case(
        "arg-before-from",
        "ARG BASE=nothing\nFROM $BASE\nARG WORD=hello\nRUN echo $WORD > /word\n",
        build_args={"BASE": "busybox", "WORD": "goodbye"},
    ),
    case(
        "onbuild",
        "FROM rig/onbuild\nRUN cat /marker\n",
        files=NOTES,
        before={"rig/onbuild": "FROM busybox\nONBUILD COPY a.txt /marker\nONBUILD RUN echo triggered\n"},
    ),
    case(
        "heredoc",
        """
        FROM busybox
        RUN <<EOF
        set -e
        echo first line
        echo second line > /out
        EOF
        COPY <<"TEXT" /etc/motd
        Welcome to $HOME, unexpanded.
        TEXT
        """,
        engines=NEW,
    ),
    case(
        "lint",
        """
        FROM busybox as base
        ENV API_TOKEN hunter2
        ARG DB_PASSWORD
        WORKDIR app
        MAINTAINER somebody
        RUN echo linted
        CMD echo shell form
        """,
        engines=NEW,
    ),
    case("syntax-error", "FROM busybox\nRUN echo fine\nCOPYY a.txt /\n", outcome="failed"),
    case("missing-base", "FROM {registry}/public/absent:1\nRUN echo never\n", outcome="failed"),
    case("copy-missing", "FROM busybox\nRUN echo before\nCOPY nowhere.txt /\nRUN echo never\n", files=NOTES, outcome="failed"),
    case("big-log", 'FROM busybox\nRUN seq 1 2000 | sed "s/^/line /"\n'),
    case(
        "terminal-codes",
        r"""
        FROM busybox
        RUN printf '\033[31mred\033[0m and \033[1mbold\033[0m\n'; printf 'to stderr\n' >&2
        RUN for i in 1 2 3 4 5; do printf '\r%s0%% done' $i; sleep 0.2; done; echo; printf 'tail without newline'
        RUN printf '<script>alert(1)</script> <img src=x onerror=alert(2)> & "quoted"\n'; printf '\377\376 not UTF-8\n'
        """,
    ),
    case(
        "unicode",
        'FROM busybox\nCOPY ["grüße an welt.txt", "/tmp/ζ 世界.txt"]\nRUN cat /tmp/*世界.txt; echo \'✓ 完了 🐳\'\n',
        files={"grüße an welt.txt": "héllo\n"},
    ),
    case("workdir", "FROM busybox\nWORKDIR /srv\nWORKDIR app/deep\nRUN pwd\n"),
    case("add", "FROM busybox\nADD a.txt notes/ /srv/\nRUN ls -l /srv\n", files={"a.txt": "a\n", "notes/n.txt": "n\n"}),
    case(
        "copy-from-image",
        "FROM busybox\nCOPY --from=debian:bookworm-slim /etc/debian_version /etc/issue /\nRUN cat /debian_version\n",
    ),
    case(
        "mounts",
        """
        FROM busybox
        RUN --mount=type=cache,target=/cache date > /cache/stamp; ls /cache
        RUN --mount=type=secret,id=token cat /run/secrets/token | wc -c
        RUN --mount=type=bind,target=/src cat /src/a.txt
        RUN --mount=type=tmpfs,target=/scratch touch /scratch/x
        """,
        files=NOTES,
        secrets=("token",),
    ),
    case(
        "missing-secret",
        "FROM busybox\nRUN --mount=type=secret,id=absent,required=true cat /run/secrets/absent\n",
        outcome="failed",
    ),
    case("pull", "FROM {registry}/public/base:1\nRUN echo pulled\n"),
    case(
        "cancelled",
        "FROM busybox\nRUN echo before\nRUN for i in $(seq 1 60); do echo tick $i; sleep 1; done\nRUN echo never\n",
        outcome="cancelled",
        cancel_at="tick 2",
    ),
    case(
        "metadata-only",
        """
        FROM busybox
        ENV A=1 B=2
        LABEL maintainer=nobody
        EXPOSE 80/tcp
        VOLUME /data
        USER nobody
        STOPSIGNAL SIGINT
        HEALTHCHECK CMD true
        ENTRYPOINT ["sh"]
        """,
    ),
    case("scratch", 'FROM busybox AS tools\n\nFROM scratch\nCOPY --from=tools /bin/busybox /sh\nENTRYPOINT ["/sh", "sh"]\n'),
)
