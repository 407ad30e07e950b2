"""Opening what a cell of a list leads to: the engine is asked when somebody clicks."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from dockermagic.commands.call import Call
from dockermagic.commands.listing import Listing
from dockermagic.commands.page_markup import PagesDrawer
from dockermagic.commands.pages import Page, Pages, details, list_page, sort
from dockermagic.engine.answers import named
from dockermagic.views.standing import StandingView, open_standing

__all__ = ["show_listing"]

_PATHS = {"container": "/containers/{}/json", "image": "/images/{}/json", "volume": "/volumes/{}", "network": "/networks/{}"}


class _Browser:
    """A list on a page of the notebook, which answers to its buttons: sort N, open KIND NAME, back, close."""

    def __init__(self, call: Call, listing: Listing) -> None:
        self.call = call
        self.lock = threading.Lock()
        self.pages = Pages(list_page(listing, " ".join([call.verb.command.name, *call.words])))
        self.view: StandingView[Pages] = open_standing(PagesDrawer(listing.text), shell=call.shell, act=self.act)
        self.view.update(self.pages)

    def act(self, do: str) -> None:
        word, _, rest = do.partition(" ")
        with self.lock:
            if word == "sort" and rest.isdigit():
                self.pages = replace(self.pages, page=sort(self.pages.page, int(rest)))
            elif word == "open":
                kind, _, name = rest.partition(" ")
                trail = (*self.pages.trail, self.pages.opened) if self.pages.opened else ()
                self.pages = replace(self.pages, opened=self.page(kind, name), trail=trail[-20:])
            elif word == "back" and self.pages.trail:
                self.pages = replace(self.pages, opened=self.pages.trail[-1], trail=self.pages.trail[:-1])
            elif word == "close":
                self.pages = replace(self.pages, opened=None, trail=())
            self.view.update(self.pages)

    def page(self, kind: str, name: str) -> Page:
        data: dict[str, Any] = self.call.ask("GET", _PATHS[kind].format(named(name)))
        beside: list[dict[str, Any]] = []
        if kind == "image":
            beside = self.call.ask("GET", "/containers/json", all=True)
        elif kind in ("volume", "network"):
            beside = self.call.ask("GET", "/containers/json", all=True, filters=f'{{"{kind}":["{data["Name"]}"]}}')
        shown = str(data.get("Name") or next(iter(data.get("RepoTags") or ()), "") or name).removeprefix("/")
        return details(kind, shown, data, beside)


def show_listing(call: Call, listing: Listing) -> None:
    """Show a list in the notebook, with buttons that sort it and lead on."""
    _Browser(call, listing)
