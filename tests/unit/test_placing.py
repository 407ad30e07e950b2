from __future__ import annotations

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.placing import Places

TEXT = "FROM base\nRUN echo after 12ab34\nCOPY one.txt /\n"
VERTICES = (
    "[1/3] FROM docker.io/library/base:1",
    "[2/3] RUN echo trigger 12ab34 > /t",
    "[3/3] COPY --from=other /z /z",
    "[4/3] RUN echo after 12ab34",
    "[5/3] COPY one.txt /",
)


def placed(text: str, *names: str) -> list[int | None]:
    places = Places(read_dockerfile(text))
    for name in names:
        places.announce(name)
    return [places.place(name)[0] for name in names]


def test_a_trigger_that_is_like_an_instruction_is_still_the_bases() -> None:
    assert placed(TEXT, *VERTICES) == [0, 0, 0, 1, 2]


def test_without_triggers_a_likely_instruction_is_taken() -> None:
    assert placed(TEXT, "[1/3] FROM base", "[2/3] RUN echo after 12ab34 # changed", "[3/3] COPY one.txt /") == [0, 1, 2]
