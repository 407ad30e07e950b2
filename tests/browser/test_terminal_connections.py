"""Terminals of a page whose connection to the kernel is made anew: what was typed and drawn is neither lost nor doubled."""

from __future__ import annotations

from tests.browser.notebooks import LabPage
from tests.browser.standing import PAGES, becomes, loaded_again, saved
from tests.browser.test_terminal import ended, screen, shows, terminal, typed


def test_a_page_that_is_loaded_again_goes_on(lab_page: LabPage) -> None:
    path, page = terminal(lab_page, "again-terminal.ipynb")
    # A question that terminals answer: the answer must not be given a second time.
    typed(page, "printf 'asked\\033[6n'; read -r answer; echo got")
    shows(page, "\nasked^[[2;6R")
    page.keyboard.press("Enter")
    shows(page, "\ngot")
    lab_page.save()
    loaded_again(lab_page, path)
    shows(page, "\ngot")
    page.locator(".xterm-screen").click()
    typed(page, "echo still $((40 + 2))")
    shows(page, "\nstill 42")
    assert screen(page).count(";6R") == 1, screen(page)
    typed(page, "exit")
    ended(page, "exited with code 0")
    assert "still 42" in saved(lab_page, path)["text/plain"]


def test_a_connection_that_breaks_while_somebody_types(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "broken-connection.ipynb")
    typed(page, "echo before $((40 + 2))")
    shows(page, "\nbefore 42")
    page.evaluate("() => { document.querySelector('.xterm').dataset.same = 'yes'; }")
    for turn in range(3):
        page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.reconnect(); }")
        becomes(page, PAGES, "1")
        typed(page, f"echo after $((40 + {turn}))")  # nobody clicks into it again
        shows(page, f"\nafter 4{turn}")
    assert page.locator(".xterm[data-same]").count() == page.locator(".xterm").count() == 1
    assert screen(page).count("\nbefore 42") == 1
    typed(page, "exit")
    ended(page, "exited with code 0")
