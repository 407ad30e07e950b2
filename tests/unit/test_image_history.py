"""An image's history in a Dockerfile's words, and which entry made which layer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.history import as_written, steps_of


@pytest.mark.parametrize(
    ("created_by", "instruction"),
    [
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'),
        ("/bin/sh -c #(nop) COPY dir:0123456789abcdef0123456789abcdef in /app ", "COPY … /app"),
        ("/bin/sh -c #(nop) ADD file:0123456789abcdef0123456789abcdef in / ", "ADD … /"),
        ("/bin/sh -c npm install", "RUN npm install"),
        ("|1 TOKEN=abc /bin/sh -c npm install", "RUN npm install"),
        ("RUN /bin/sh -c npm install # buildkit", "RUN npm install"),
        ("RUN |2 A=1 TOKEN=abc /bin/sh -c npm install # buildkit", "RUN npm install"),
        ("COPY . . # buildkit", "COPY . ."),
        ('RUN ["true"]', 'RUN ["true"]'),
        ("WORKDIR /app", "WORKDIR /app"),
        ("# debian.sh --arch amd64", "# debian.sh --arch amd64"),
        ("/bin/bash -o pipefail -c make", "RUN make"),
        ("", ""),
    ],
)
def test_as_written(created_by: str, instruction: str) -> None:
    assert as_written(created_by) == instruction


@given(st.text(max_size=80))
def test_nothing_stops_it(created_by: str) -> None:
    as_written(created_by)


HISTORY = [
    {"CreatedBy": "RUN /bin/sh -c true # buildkit", "Created": 3, "Size": 0},
    {"CreatedBy": "COPY . . # buildkit", "Created": 2, "Size": 9},
    {"CreatedBy": "ENV A=1", "Created": 2, "Size": 0},
    {"CreatedBy": "base", "Created": 1, "Size": 5},
]


def test_sizes_tell_when_they_can() -> None:
    assert [(step.instruction, step.layer) for step in steps_of(HISTORY, {}, 2)] == [
        ("base", 1),
        ("ENV A=1", 0),
        ("COPY . .", 2),
        ("RUN true", 0),
    ]
    assert [step.layer for step in steps_of(HISTORY, {}, 3)] == [1, 0, 2, 3], "a layer may be empty: then the words tell"
    assert [step.layer for step in steps_of(HISTORY, {}, 4)] == [0, 0, 0, 0], "or nothing does"
    assert [step.layer for step in steps_of(HISTORY, {}, 2, (True, False, False, True))] == [1, 0, 0, 2], (
        "what is known counts first"
    )


def test_the_configuration_tells_always() -> None:
    config = {
        "history": [
            {"created": "2024-01-01T00:00:00Z", "created_by": "base"},
            {"created_by": "ENV A=1", "empty_layer": True},
            {"created_by": "COPY . . # buildkit"},
            {"created_by": "RUN /bin/sh -c true # buildkit", "created": "never"},
        ]
    }
    steps = steps_of(HISTORY, config, 3)
    assert [step.layer for step in steps] == [1, 0, 2, 3]
    assert steps[0].created == 1704067200.0
    assert steps[3].created is None
    assert [step.layer for step in steps_of(HISTORY, config, 2)] == [1, 0, 2, 0], "of another image: not believed"
