"""The picture of a stack as markup: semantic, escaped, and complete without anybody's script or stylesheet."""

from __future__ import annotations

import htpy as h
from markupsafe import Markup

from dockermagic.builds.picture import BuildDrawer
from dockermagic.compose.chart import chart_drawing
from dockermagic.compose.diagram import stack_drawing
from dockermagic.compose.readiness import LEGEND, Chart
from dockermagic.compose.scene import Box, Scene
from dockermagic.containers.lifecycle.svg import brush_for, drawing
from dockermagic.views.hostile import link, one_line, path
from dockermagic.views.logs import log_details
from dockermagic.views.look import KEYS, Look
from dockermagic.views.units import plural, total_text

__all__ = ["markup"]


def markup(scene: Scene, look: Look, *, only_tasks: bool = False, without_tasks: bool = False) -> str:
    """Give the whole picture.

    Parameters:
        only_tasks: what Compose did and built; the stack itself is shown by another picture.
        without_tasks: what Compose did and built is shown by another picture.
    """
    parts: list[h.Node] = [
        scene.lost and h.p(look("box", "box-failed"), role="alert", data_key="lost")[h.strong["✗ "], scene.lost],
        None if only_tasks else _header(scene, look),
        [h.p(look("box", "box-note"), data_key=f"n{at}")[note] for at, note in enumerate(scene.notes)] if not only_tasks else None,
        None if without_tasks else _builds(scene, look),
        None if only_tasks else _stack(scene, look),
        None
        if without_tasks
        else _tasks(scene, look, opened=not only_tasks and any(task.status == "Error" for task in scene.tasks)),
        log_details(scene.output, "o", look) if scene.output is not None and not only_tasks else None,
    ]
    whole = h.section(look("root"), aria_label=f"Compose project {scene.title}")[parts]
    return str.__str__(str(whole))


def _header(scene: Scene, look: Look) -> h.Renderable:
    return h.header(look("header"), data_key="head")[
        h.span(look("pill", f"pill-{scene.role}"), role="status", aria_live="polite")[
            h.span(look("glyph", f"ink-{scene.role}"), aria_hidden="true")[scene.glyph], " ", scene.status
        ],
        scene.recorded and h.span(look("pill", "pill-recorded"))["recorded"],
        h.strong(look("title"))[h.bdi[scene.title]],
        h.span(look("muted"))[
            plural(len(scene.boxes), "service"),
            scene.command and h.span(look("secondary"))[" · ", h.code(look("code"))[scene.command]],
        ],
        scene.engine and h.span(look("aside"))[scene.engine],
    ]


def _stack(scene: Scene, look: Look) -> h.Node:
    if not scene.boxes:
        return None
    brush = brush_for(look)
    parts, size = stack_drawing(scene, brush)
    told = "; ".join(f"{box.name}: {box.state} {box.health}".strip() for box in scene.boxes)
    return [
        drawing(parts, size, f"The stack. {told}", look, "stack"),
        _chart(scene.chart, look) if scene.chart is not None else None,
        _table(scene, look),
        _volumes(scene, look) if scene.volumes else None,
    ]


def _chart(chart: Chart, look: Look) -> h.Node:
    brush = brush_for(look)
    parts, size = chart_drawing(chart, brush)
    told = "; ".join(
        f"{row.name}: " + ", ".join(f"{LEGEND[sign.kind][2]} at {sign.at:.2f} s" for sign in row.signs) for row in chart.rows
    )
    return h.div(data_key="chart")[
        h.p(look("line"))[h.strong["Started is not ready: "], "who was ready when, in seconds since the command began"],
        chart.told and h.p(look("box", "box-failed"), data_key="race")[chart.told],
        drawing(parts, size, f"Readiness. {told}", look, "chartd"),
    ]


def _table(scene: Scene, look: Look) -> h.Renderable:
    names = ("Service", "State", "Image", "Published ports", "Mounts", "Waits for", "Networks")
    head = h.thead[h.tr(look("below"))[[h.th(look("head"), scope="col")[name] for name in names]]]
    return h.table(look("table", style="table-layout:auto"), data_key="services")[
        h.caption(look("caption", "secondary"))[f"The services of {scene.title}"],
        head,
        h.tbody[[_row(box, look) for box in scene.boxes]],
    ]


def _row(box: Box, look: Look) -> h.Element:
    state = [box.state, box.health and f", {box.health}", box.replicas and f", {box.replicas}"]
    return h.tr(look("row"), data_key=f"s-{box.name}", data_status=box.state)[
        h.th(look("cell", "word"), scope="row")[h.bdi[box.name]],
        h.td(look("cell"))[
            h.span(look("glyph", f"ink-{box.role}"), aria_hidden="true")[box.glyph], " ", state,
            box.ready and h.div(look("small", "word"))[box.ready],
            [_buttons(name, each, look, several=len(box.buttons) > 1) for name, each in box.buttons],
        ],
        h.td(look("cell"))[h.code(look("code"), dir="ltr")[box.image]],
        h.td(look("cell", "word"))[[h.div[_port(words, url, look)] for words, url in box.ports]],
        h.td(look("cell"))[[h.div[one_line(mount, 160)] for mount in box.mounts]],
        h.td(look("cell"))[[h.div[one_line(each, 80)] for each in box.depends]],
        h.td(look("cell"))[[h.div[one_line(each, 120)] for each in box.networks]],
    ]  # fmt: skip


def _port(words: str, url: str, look: Look) -> h.Node:
    address = link(url) or path(url)
    return h.a(look("link"), KEYS, href=address, target="_blank", rel="noopener noreferrer")[words] if address else words


def _buttons(name: str, buttons: tuple[object, ...], look: Look, *, several: bool) -> h.Renderable:
    def one(button: object) -> h.Renderable:
        word, do, command = getattr(button, "word", ""), getattr(button, "do", ""), getattr(button, "command", "")
        what = {"data-do": do, "title": command, "data-key": f"b-{do}"}
        return h.button(look("button"), KEYS, what, type="button")[word]

    return h.div(look("buttons"), role="group", aria_label=f"What to do with {name}")[
        several and h.span(look("small"))[name], map(one, buttons)
    ]


def _volumes(scene: Scene, look: Look) -> h.Renderable:
    rows = [
        h.tr(look("row"))[
            h.th(look("cell", "word"), scope="row")[key], h.td(look("cell"))[h.code(look("code"))[name]], h.td(look("cell"))[users]
        ]
        for key, name, users in scene.volumes
    ]
    return h.table(look("table", style="table-layout:auto;width:auto"), data_key="volumes")[
        h.caption(look("caption"))["Volumes: they outlive the containers; down -v removes them"],
        h.thead[h.tr(look("below"))[[h.th(look("head"), scope="col")[each] for each in ("Volume", "On the engine", "Mounted by")]]],
        h.tbody[rows],
    ]


def _tasks(scene: Scene, look: Look, *, opened: bool) -> h.Node:
    if not scene.tasks:
        return None
    first = min(task.began for task in scene.tasks)
    roles = {"Done": ("✓", "succeeded"), "Error": ("✗", "failed")}

    def row(task: object) -> h.Element:
        glyph, role = roles.get(getattr(task, "status", ""), ("►", "running"))
        began, time = getattr(task, "began", 0.0), getattr(task, "time", 0.0)
        return h.tr(look("row"))[
            h.td(look("cell", "number"))[f"{began - first:.2f} s"],
            h.td(look("cell"))[one_line(getattr(task, "subject", ""), 120)],
            h.td(look("cell"))[
                h.span(look("glyph", f"ink-{role}"), aria_hidden="true")[glyph], " ", one_line(getattr(task, "text", ""), 80)
            ],
            h.td(look("cell", "number"))[total_text(max(0.0, time - began))],
            h.td(look("cell", "small"))[one_line(getattr(task, "details", ""), 300)],
        ]

    return h.details(open=opened, data_key="tasks")[
        h.summary(look("summary"), KEYS)[f"what Compose did: {plural(len(scene.tasks), 'step')}"],
        h.table(look("table", style="table-layout:auto;width:auto"))[h.tbody[map(row, scene.tasks)]],
    ]


def _builds(scene: Scene, look: Look) -> h.Node:
    """Give each service's build, as its own picture draws it."""
    parts = []
    for service, build in scene.builds:
        drawer = BuildDrawer()
        inner = drawer.bundle(build)["text/html"] if look.inline else drawer.html(build, scene.now)
        parts.append(
            h.details(open=build.outcome != "succeeded", data_key=f"build-{service}")[
                h.summary(look("summary"), KEYS)[f"build of {service}: {build.outcome or 'going on'}"],
                Markup(inner),  # noqa: S704 - markup of the build's own picture
            ]
        )
    return parts
