"""A removal as markup, for the notebook: live and saved alike, since nothing in it moves."""

from __future__ import annotations

import htpy as h

from dockermagic.commands.plans import Plan
from dockermagic.views.look import Look

__all__ = ["plan_html"]


def plan_html(plan: Plan) -> str:
    """Give the table of what goes or went, and what else there is to know."""
    from markupsafe import Markup

    look = Look(inline=True)
    # Its own table escapes what is in it.
    table: h.Node = Markup(plan.table().html()) if plan.removals else h.p[plan.summary()]  # noqa: S704  # see above
    return str(h.section(look("root"))[table, [h.p(look("box", "box-note"))[remark] for remark in plan.remarks()]])
