"""What a Dockerfile will do. The expectations about vertices were seen on Engine 20.10.24's BuildKit."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.layers import LayerIndex, twin_steps
from dockermagic.builds.plan import layer_steps, needed_stages, plan_stages, plan_steps, resolve_stages, target_stage
from dockermagic.errors import DockerfileError, UsageError

MANY = """\
ARG BASE=build
FROM golang AS build
WORKDIR /src
COPY . .
RUN make
FROM node AS assets
ENV A=1
RUN npm build
FROM busybox AS unused
LABEL a=b
RUN true
FROM ${BASE} AS tested
RUN make test
FROM scratch
COPY --from=build /src/app /app
COPY --from=1 /dist /dist
CMD ["/app"]
"""


def needed(text: str, target: str = "", **build_args: str) -> set[int]:
    return set(needed_stages(read_dockerfile(text), target, build_args))


def statuses(text: str, target: str = "") -> list[tuple[str, str, str]]:
    return [(step.keyword, step.stage, step.status) for step in plan_steps(read_dockerfile(text), target)]


def test_one_step_for_every_instruction_in_file_order() -> None:
    steps = plan_steps(read_dockerfile(MANY))
    assert [step.line for step in steps] == list(range(1, 18))
    assert steps[0].stage == ""
    assert steps[4].name == "RUN make"
    assert {step.stage for step in steps[1:5]} == {"build"}
    assert steps[-1].stage == "stage-4"


def test_what_makes_no_layer_is_metadata_and_what_is_not_needed_is_skipped() -> None:
    assert statuses(MANY) == [
        ("ARG", "", "metadata"),
        ("FROM", "build", "waiting"),
        ("WORKDIR", "build", "waiting"),
        ("COPY", "build", "waiting"),
        ("RUN", "build", "waiting"),
        ("FROM", "assets", "waiting"),
        ("ENV", "assets", "metadata"),
        ("RUN", "assets", "waiting"),
        ("FROM", "unused", "waiting"),
        ("LABEL", "unused", "skipped"),
        ("RUN", "unused", "waiting"),
        ("FROM", "tested", "skipped"),
        ("RUN", "tested", "waiting"),
        ("FROM", "stage-4", "metadata"),
        ("COPY", "stage-4", "waiting"),
        ("COPY", "stage-4", "waiting"),
        ("CMD", "stage-4", "metadata"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        *["ARG A", "CMD x", "ENV A=b", "EXPOSE 1", "LABEL a=b", "USER x", "VOLUME /x", "HEALTHCHECK NONE", "STOPSIGNAL 9"],
        *['SHELL ["sh"]', "ONBUILD RUN x", "MAINTAINER x", "ENTRYPOINT x"],
    ],
)
def test_metadata(line: str) -> None:
    assert statuses(f"FROM busybox\n{line}\n")[1][2] == "metadata"


def test_the_classic_builder_builds_every_stage_down_to_the_target() -> None:
    dockerfile = read_dockerfile(MANY)
    assert needed_stages(dockerfile, "", None, "classic") == frozenset(range(5))
    assert needed_stages(dockerfile, "assets", None, "classic") == frozenset({0, 1})
    assert plan_steps(dockerfile, "", None, "classic")[9].status == "metadata"
    assert plan_steps(dockerfile, "assets", None, "classic")[9].status == "skipped"


def test_needed_stages() -> None:
    assert needed(MANY) == {0, 1, 4}
    assert needed(MANY, "assets") == {1}
    assert needed(MANY, "TESTED") == {0, 3}
    assert needed(MANY, "tested", BASE="unused") == {2, 3}


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("FROM a AS x\nFROM b\nRUN --mount=from=x,target=/a ls\n", {0, 1}),
        ("FROM a AS x\nFROM b\nRUN --mount=type=bind,from=X,target=/a ls\n", {0, 1}),
        ('FROM a AS x\nFROM b\nRUN --mount=type=cache,"from=x",target=/a ls\n', {0, 1}),
        ("FROM a AS x\nFROM b\nRUN --mount=from=0,target=/a ls\n", {1}),
        ("FROM a AS x\nFROM b\nCOPY --from=X a b\n", {0, 1}),
        ("FROM a AS x\nFROM b\nCOPY --from=busybox a b\n", {1}),
        ("FROM a AS x\nFROM b\nCOPY --from=7 a b\n", {1}),
        ("FROM a AS x\nFROM x AS y\nFROM y\n", {0, 1, 2}),
        ("FROM a AS x\nONBUILD COPY --from=w a b\nFROM x AS y\nFROM c AS w\nFROM y\n", {0, 1, 2, 3}),
        ("FROM a AS x\nFROM a AS x\nFROM b\nCOPY --from=x a b\n", {1, 2}),
        ("FROM x\nFROM a AS x\nFROM b\n", {2}),
        ("FROM a AS b-amd64\nFROM a AS b-arm64\nFROM a AS c\nFROM b-$TARGETARCH\n", {0, 1, 3}),
        ("ARG V\nFROM a AS x\nFROM ${V:-x}\n", {0, 1}),
        ("ARG V=x\nFROM a AS x\nFROM $V\n", {0, 1}),
    ],
)
def test_what_a_stage_needs(text: str, stages: set[int]) -> None:
    assert needed(text) == stages


def test_a_known_platform_decides() -> None:
    text = "FROM a AS b-amd64\nFROM a AS b-arm64\nFROM b-$TARGETARCH\n"
    assert needed(text, TARGETARCH="arm64") == {1, 2}
    assert resolve_stages(read_dockerfile(text), {"TARGETARCH": "arm64"})[2].parent == 1


def test_a_target_that_is_no_stage() -> None:
    with pytest.raises(UsageError) as caught:
        plan_steps(read_dockerfile(MANY), "nope")
    assert caught.value.hint == "Its stages are build, assets, unused, tested."
    with pytest.raises(UsageError) as caught:
        plan_steps(read_dockerfile("FROM busybox\n"), "stage-0")
    assert "AS build" in caught.value.hint
    assert target_stage(read_dockerfile(MANY)) == 4


def test_stages_show_the_values_of_their_variables() -> None:
    dockerfile = read_dockerfile("ARG V=3\nARG W\nFROM go:$V AS b\nFROM x:$TARGETARCH\nFROM scratch\n")
    assert [(stage.name, stage.base, stage.line) for stage in plan_stages(dockerfile)] == [
        ("b", "go:3", 3),
        ("stage-1", "x:$TARGETARCH", 4),
        ("stage-2", "scratch", 5),
    ]
    assert plan_stages(dockerfile, {"V": "4"})[0].base == "go:4"


# ----------------------------------------------------------------- vertices


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("FROM busybox\nARG X\nWORKDIR /a\nRUN x\nADD a b\nCOPY a b\n", {(0, 1): 0, (0, 2): 2, (0, 3): 3, (0, 4): 4, (0, 5): 5}),
        ("FROM busybox\nWORKDIR /\nRUN true\n", {(0, 1): 0, (0, 2): 2}),
        ("FROM busybox\nWORKDIR /a\nWORKDIR ..\nRUN true\n", {(0, 1): 0, (0, 2): 1, (0, 3): 3}),
        ("FROM scratch\nCOPY a b\n", {(0, 1): 1}),
        ("FROM scratch AS s\nCOPY a b\nFROM s\nWORKDIR /\nWORKDIR x\n", {(0, 1): 1, (1, 1): 4}),
        ("FROM busybox AS a\nONBUILD RUN x\nONBUILD ENV a=b\nRUN y\nFROM a\nRUN z\n", {(0, 1): 0, (0, 2): 3, (1, 1): 4, (1, 2): 5}),
    ],
)
def test_layers_are_counted_as_buildkit_counts_them(text: str, layers: dict[tuple[int, int], int]) -> None:
    assert layer_steps(read_dockerfile(text)) == layers


def found(text: str, stage: int, vertices: list[str]) -> list[int | None]:
    index = LayerIndex(read_dockerfile(text))
    return [index.find(stage, place, vertex) for place, vertex in enumerate(vertices, 1)]


def test_vertices_are_found_by_their_count_and_text() -> None:
    text = 'FROM busybox\nENV Y=2\nWORKDIR /a$Y\nRUN echo $Y "a b"   c\nADD f /\nCOPY ["f","/x y"]\n'
    text += "RUN echo \\\n  two\nRUN <<EOF\nhi\nEOF\n"
    vertices = [
        "FROM docker.io/library/busybox",
        "WORKDIR /a2",
        'RUN echo 2 "a b"   c',
        "ADD f /",
        "COPY [f,/x y]",
        "RUN echo   two",
    ]
    assert found(text, 0, [*vertices, "RUN <<EOF (hi)"]) == [0, 2, 3, 4, 5, 6, 7]


def test_triggers_of_the_base_image_are_its_froms() -> None:
    text = "FROM base:1\nRUN echo hi\nWORKDIR /\nRUN true\n"
    seen = ["FROM base:1", "RUN trigger", "WORKDIR /x", "COPY Dockerfile /d", "RUN echo hi", "RUN true"]
    assert found(text, 0, seen) == [0, 0, 0, 0, 1, 3]
    assert found(text, 0, ["FROM base:1", "ONBUILD RUN echo hi", "RUN echo hi"]) == [0, 0, 1]


def test_triggers_of_an_earlier_stage() -> None:
    text = "FROM busybox AS a\nONBUILD RUN true\nRUN echo q\nFROM a\nRUN echo hi\n"
    assert found(text, 1, ["RUN true", "RUN echo hi"]) == [3, 4]


def test_equal_instructions_are_told_apart_by_their_count() -> None:
    assert found("FROM busybox\nRUN x\nRUN x\nRUN x\n", 0, ["FROM busybox", "RUN x", "RUN x", "RUN x"]) == [0, 1, 2, 3]
    assert found("FROM busybox\nWORKDIR /\nRUN x\nRUN x\n", 0, ["FROM busybox", "RUN x", "RUN x"]) == [0, 2, 3]


def test_a_vertex_of_no_stage() -> None:
    assert LayerIndex(read_dockerfile("FROM busybox\n")).find(4, 1, "RUN x") is None


def test_equal_work_is_done_once_for_all_stages() -> None:
    text = "FROM busybox AS a\nRUN q\nRUN a\nFROM busybox AS c\nRUN z\nFROM busybox\nLABEL a=b\nRUN q\nCOPY --from=a b c\n"
    assert twin_steps(read_dockerfile(text)) == {0: (5,), 5: (0,), 1: (7,), 7: (1,)}
    assert twin_steps(read_dockerfile("FROM busybox AS a\nENV A=1\nRUN q\nFROM busybox\nRUN q\nCOPY --from=a b c\n")) == {
        0: (3,),
        3: (0,),
    }
    assert twin_steps(read_dockerfile("FROM scratch AS a\nFROM scratch\nCOPY --from=a b c\n")) == {}


LINES = """FROM busybox
FROM scratch AS a
FROM a
FROM a AS b
FROM $X AS c
ARG X=a
RUN x
WORKDIR ..
COPY --from=a b c
COPY --from=0 b c
RUN --mount=from="b
RUN --mount=from=b,target=/ x
ONBUILD COPY --from=b x y
ENV A=$X
WORKDIR $A
ONBUILD
"""
parts = st.sampled_from(LINES.splitlines(keepends=True))


@given(st.lists(parts, max_size=14).map("".join), st.sampled_from(["", "a", "b", "nope"]))
def test_every_dockerfile_that_is_read_can_be_planned(text: str, target: str) -> None:
    with suppress(DockerfileError, UsageError):
        dockerfile = read_dockerfile(text)
        steps = plan_steps(dockerfile, target)
        assert len(steps) == len(dockerfile.instructions)
        assert len(plan_stages(dockerfile)) == len(dockerfile.stages)
        assert target_stage(dockerfile, target) in needed_stages(dockerfile, target)
        for (stage, _), step in layer_steps(dockerfile).items():
            assert dockerfile.instructions[step].stage == stage
        for step, others in twin_steps(dockerfile, target).items():
            assert all(steps[other].keyword == steps[step].keyword for other in others)


def test_a_workdir_that_stays_at_the_root_makes_no_folder_and_is_metadata() -> None:
    found = statuses("FROM scratch\nWORKDIR /\nWORKDIR sub\nWORKDIR ..\nWORKDIR $X\n")
    assert [status for keyword, _, status in found if keyword == "WORKDIR"] == ["metadata", "waiting", "metadata", "waiting"]
