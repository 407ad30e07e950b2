"""The readiness chart's axis: readable, however long it is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.compose.chart import chart_drawing
from dockermagic.compose.readiness import Chart
from dockermagic.containers.lifecycle.svg import Brush


@given(st.floats(0.5, 1e9))
def test_an_axis_of_any_length_has_a_few_marks(length: float) -> None:
    parts, _ = chart_drawing(Chart((), length, ""), Brush("#222"))
    marks = re.findall(r">(\d[\d.e+]*) (s|h)<", "".join(map(str, parts)))
    assert 2 <= len(marks) <= 10, marks
    assert len(set(marks)) == len(marks)
