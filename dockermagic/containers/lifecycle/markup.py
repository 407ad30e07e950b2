"""The picture of containers as markup: semantic, escaped, and complete without anybody's script or stylesheet.

One function serves the live view and the saved notebook; they differ in whether the look is written as classes or inline, whether
the drawings are SVG or images, and in the buttons, which only a live view has. `data-key` tells the live view which element is
which.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import htpy as h
from markupsafe import Markup

from dockermagic.containers.lifecycle import diagram
from dockermagic.containers.lifecycle.scene import Button, Group, Life, Scene, Step
from dockermagic.containers.lifecycle.stopping import StopPicture
from dockermagic.containers.lifecycle.svg import brush_for, drawing
from dockermagic.containers.parts import Probe
from dockermagic.views.hostile import one_line
from dockermagic.views.logs import log_details
from dockermagic.views.look import KEYS, Look
from dockermagic.views.units import plural, total_text

__all__ = ["Drawn", "markup"]

_HEALTH = {"healthy": ("✓", "succeeded"), "unhealthy": ("✗", "failed"), "starting": ("…", "warning")}


@dataclass(slots=True)
class Drawn:
    """Markup of lives that did not change since the last picture of the same view."""

    look: Look
    lives: dict[str, tuple[Life, bool, str, Markup]] = field(default_factory=dict)

    def life(self, life: Life, scene: Scene, *, folded: bool) -> Markup:
        """Give the markup of a life, made anew only if something in it is another."""
        aside = scene.engine if scene.single else ""
        known = self.lives.get(life.key)
        if known is not None and known[1:3] == (folded, aside) and known[0] == life:
            return known[3]
        made = Markup(str((_folded if folded else _life)(life, scene, self.look)))  # noqa: S704 - htpy has escaped it
        self.lives[life.key] = life, folded, aside, made
        return made


def markup(scene: Scene, drawn: Drawn) -> str:
    """Give the whole picture.

    Parameters:
        drawn: what the last picture of this view left, to save work; it also says how the look is written.
    """
    look = drawn.look
    parts: list[h.Node] = [
        scene.lost and h.p(look("box", "box-failed"), role="alert", data_key="lost")[h.strong["✗ "], scene.lost],
        [_pull(*pull, look) for pull in scene.pulls],
        not scene.groups and h.p(look("muted"))["No container is here."],
        [_group(group, scene, drawn) for group in scene.groups],
    ]
    whole = h.section(look("root"), aria_label="Lifecycle of containers")[parts]
    return str.__str__(str(whole))  # plain text from here on: it is data for a message, not markup to build with


def _pull(image: str, text: str, share: float | None, look: Look) -> h.Renderable:
    told = h.span[f"pulling {image}: {text}", share is not None and f" ({share:.0%})"]
    if share is None:
        return h.div(look("meter"))[told]
    return h.div(look("meter"))[
        h.div(look("gauge"), aria_hidden="true")[h.div(look("filled", style=f"width:{100 * share:.1f}%"))], told
    ]


def _group(group: Group, scene: Scene, drawn: Drawn) -> h.Node:
    look = drawn.look
    if len(group.lives) == 1:
        return drawn.life(group.lives[0], scene, folded=False)
    many = plural(len(group.lives), "container")
    states = ", ".join(f"{life.name} {life.state}" for life in group.lives)
    return h.div(data_key=group.key)[
        h.p(look("group"))[
            h.strong(look("title"))[h.bdi[h.code(look("code"))[group.image]]],
            h.span(look("muted"))[f" · one image, {many} made from it"],
        ],
        drawing(diagram.shared(group, brush_for(look)), diagram.SIZE, f"{group.image}: {states}", look, f"{group.key}d"),
        [drawn.life(life, scene, folded=True) for life in group.lives],
    ]


def _life(life: Life, scene: Scene, look: Look) -> h.Renderable:
    header = _header(life, scene, look)
    if not scene.front or life.log is None:
        return h.div(data_key=life.key, data_status=life.state)[header, _body(life, look)]
    # Who runs a program in front wants to see what it prints; how its container lived stands behind it, open when it ended badly.
    behind = h.details(open=life.role == "failed", data_key=f"{life.key}b")[
        h.summary(look("summary"), KEYS)[
            f"the life of {life.name}: {' → '.join(dict.fromkeys(step.state for step in life.steps))}"
        ],
        _body(replace(life, log=None), look),
    ]
    return h.div(data_key=life.key, data_status=life.state)[header, log_details(life.log, f"{life.key}l", look), behind]


def _folded(life: Life, scene: Scene, look: Look) -> h.Renderable:
    """Give one of several containers: a row, and its own diagram on demand."""
    return h.div(data_key=life.key, data_status=life.state, style="margin:0 0 4px")[
        _header(life, scene, look),
        h.details(data_key=f"{life.key}o")[h.summary(look("summary"), KEYS)[f"the life of {life.name}"], _body(life, look)],
    ]


def _header(life: Life, scene: Scene, look: Look) -> h.Renderable:
    return h.header(look("header"), data_key=f"{life.key}h")[
        h.span(look("pill", f"pill-{life.role}"), role="status", aria_live="polite")[
            h.span(look("glyph", f"ink-{life.role}"), aria_hidden="true")[life.glyph], " ", life.state
        ],
        scene.recorded and h.span(look("pill", "pill-recorded"))["recorded"],
        _health(life, look) if life.health else None,
        h.strong(look("title"))[h.bdi[h.code(look("code"))[life.name]]],
        h.span(look("muted"))[
            "image ",
            h.bdi[h.code(look("code"))[life.image]],
            h.span(look("secondary"))[f" · id {life.id[:12]}"],
            f" · {life.status}",
        ],
        _buttons(life, look) if life.buttons else None,
        scene.engine and scene.single and h.span(look("aside"))[scene.engine],
    ]


def _buttons(life: Life, look: Look) -> h.Renderable:
    def one(button: Button) -> h.Renderable:
        what = {"data-do": button.do, "title": button.command, "data-key": f"{life.key}{button.word}"}
        return h.button(look("button"), KEYS, what, type="button")[button.word]

    return h.span(look("buttons"), role="group", aria_label=f"What to do with {life.name}")[map(one, life.buttons)]


def _health(life: Life, look: Look) -> h.Renderable:
    glyph, role = _HEALTH.get(life.health, ("?", "waiting"))
    return h.span(look("pill", f"pill-{role}"))[h.span(look("glyph", f"ink-{role}"), aria_hidden="true")[glyph], f" {life.health}"]


def _body(life: Life, look: Look) -> h.Renderable:
    told = f"{life.name}: {life.status}. " + "; ".join(f"{step.at}: {step.state}, {step.command}" for step in life.steps[-6:])
    parts: list[h.Node] = [
        drawing(diagram.states(life, brush_for(look)), diagram.SIZE, told, look, f"{life.key}d") if life.drawn else None,
        [h.p(look("line"))[note] for note in life.notes],
        _stop(life.stop, life.key, look) if life.stop is not None and life.drawn else None,
        _probes(life, look) if life.probes else None,
        _history(life, look) if life.steps else None,
        log_details(life.log, f"{life.key}l", look) if life.log is not None else None,
    ]
    return h.div[parts]


def _stop(stop: StopPicture, key: str, look: Look) -> h.Renderable:
    told = f"{stop.told}. " + ", ".join(f"{flag.label} at {total_text(flag.at)}" for flag in stop.flags)
    return h.div(data_key=f"{key}s", style="margin:8px 0")[
        h.p(look("line"))[h.strong["Stop, second by second: "], h.code(look("code"))[h.bdi[stop.title]]],
        drawing(diagram.stop_axis(stop, brush_for(look)), diagram.STOP_SIZE, told, look, f"{key}sd"),
        h.p(look("line"))[stop.told, "."],
        stop.form and h.p(look("line"))[h.span(look("chip", style="margin-left:0"))[stop.form]],
        stop.why and h.p(look("line", "secondary"))[stop.why],
    ]


def _probes(life: Life, look: Look) -> h.Renderable:
    def row(probe: Probe) -> h.Renderable:
        took = total_text(probe.finished - probe.started)
        return h.tr(look("row"))[
            h.td(look("cell", "word"))["✓" if probe.exit_code == 0 else "✗", f" exit code {probe.exit_code}"],
            h.td(look("cell", "number"))[took],
            h.td(look("cell"))[h.code(look("code"), dir="ltr")[one_line(probe.output, 300)]],
        ]

    rows = h.tbody[[row(probe) for probe in life.probes]]
    bad = life.health == "unhealthy"
    return h.details(open=bad, data_key=f"{life.key}p")[
        h.summary(look("summary"), KEYS)[f"health check: {life.health or 'its last runs'}"],
        h.table(look("table", style="table-layout:auto;width:auto"))[
            h.caption(look("caption"))["The last runs of the health check, oldest first"], rows
        ],
    ]


def _history(life: Life, look: Look) -> h.Renderable:
    rows = [_step(step, place, life, look) for place, step in enumerate(life.steps)]
    if life.omitted:
        gap = h.tr(look("below"))[h.td(look("cell", "small"), colspan="4")[f"… {plural(life.omitted, 'earlier event')}"]]
        rows.insert(1, gap)
    names = ("Since created", "State", "Command", "What happened")
    head = h.thead[h.tr(look("below"))[[h.th(look("head"), scope="col")[name] for name in names]]]
    table = h.table(look("table", style="table-layout:auto"), data_key=f"{life.key}t")[
        h.caption(look("caption"))[f"The life of {life.name}; in italics: commands that would do the same"],
        head,
        h.tbody[rows],
    ]
    # The diagram tells it already; the table has every step, with the commands in full.
    return h.details(look("secondary" if life.drawn else ""), open=not life.drawn, data_key=f"{life.key}h2")[
        h.summary(look("summary"), KEYS)[f"step by step: {plural(life.omitted + len(life.steps), 'step')}"], table
    ]


def _step(step: Step, place: int, life: Life, look: Look) -> h.Element:
    command = h.code(look("code"), dir="ltr")[step.command]
    return h.tr(look("row"), data_key=f"{life.key}t{life.omitted + place}")[
        h.td(look("cell", "number"))[step.at],
        h.th(look("cell", "word"), scope="row")[
            h.span(look("glyph", f"ink-{step.role}"), aria_hidden="true")[step.glyph], f" {step.state}"
        ],
        h.td(look("cell"))[command if step.typed else h.i[command]],
        h.td(look("cell"))[step.told],
    ]
