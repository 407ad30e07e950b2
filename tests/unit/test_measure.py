from __future__ import annotations

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.measure import chain, keyword_of, measure

TEXT = """FROM busybox AS base
ENV A=b
WORKDIR /app
FROM base AS other
RUN other
FROM base
ARG X=1
COPY --from=other /o /
RUN make
CMD ["x"]
"""


def history(*entries: tuple[str, int]) -> list[dict[str, object]]:
    return [{"CreatedBy": text, "Size": size} for text, size in entries]


BUILDKIT = history(
    ('CMD ["x"]', 0),
    ("RUN |1 X=1 /bin/sh -c make # buildkit", 8),
    ("COPY /o / # buildkit", 2),
    ("ARG X=1", 0),
    ("WORKDIR /app", 1),
    ("ENV A=b", 0),
    ("", 1_980_000),
)


def test_buildkits_history() -> None:
    assert measure(BUILDKIT, read_dockerfile(TEXT)) == {9: 0, 8: 8, 7: 2, 6: 0, 2: 1, 1: 0, 0: 1_980_000}


def test_labels_from_the_command_line_are_passed_over() -> None:
    labelled = history(("LABEL a=b", 0), ("LABEL c=d", 0)) + BUILDKIT
    assert measure(labelled, read_dockerfile(TEXT)) == measure(BUILDKIT, read_dockerfile(TEXT))


def test_the_classic_builders_history() -> None:
    entries = history(
        ("/bin/sh -c #(nop)  LABEL a=b", 0),
        ('/bin/sh -c #(nop)  CMD ["x"]', 0),
        ("|1 X=1 /bin/sh -c make", 8),
        ("/bin/sh -c #(nop)  ARG X=1", 0),
        ("/bin/sh -c #(nop) COPY file:abc in / ", 2),
    )
    dockerfile = read_dockerfile('FROM busybox\nCOPY a /\nARG X=1\nRUN make\nCMD ["x"]\n')
    assert measure(entries, dockerfile) == {4: 0, 3: 8, 2: 0, 1: 2, 0: 0}
    assert [keyword_of(entry) for entry in entries] == ["LABEL", "CMD", "RUN", "ARG", "COPY"]


def test_a_history_that_does_not_fit_ends_the_walk() -> None:
    assert measure(history(("RUN y", 5), ("COPY x", 3)), read_dockerfile("FROM x\nRUN a\nRUN b\n")) == {2: 5}


def test_a_target_is_measured_alone() -> None:
    assert chain(read_dockerfile(TEXT), "other") == [4, 3, 2, 1, 0]
