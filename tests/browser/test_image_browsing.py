"""An image in a real JupyterLab: directories open one by one, files are searched for, with the keyboard alone."""

from __future__ import annotations

from tests.browser.notebooks import LabPage
from tests.browser.standing import opened, saved

IMAGE = """
from types import SimpleNamespace
from dockermagic.commands.layer_browser import LayerBrowser
from dockermagic.images.entries import Entry, Files
from dockermagic.images.model import Image, Layer
entries = [Entry("app", "directory"), *(Entry(f"app/file{n}.js", "file", size=n) for n in range(150))]
below, above = (*entries, Entry("app/a.key", "file", size=99)), (Entry("etc/b.key", "file"),)
layers = Layer(1, "sha256:1", files=Files("sha256:1", below)), Layer(2, "sha256:2", files=Files("sha256:2", above))
browser = LayerBrowser(SimpleNamespace(shell=get_ipython(), session=SimpleNamespace(hold=lambda each: None)))
browser.update(Image("app:1", "sha256:9", layers))
"""


def test_looking_around_in_an_image_with_the_keyboard_alone(lab_page: LabPage) -> None:
    path = opened(lab_page, "image.ipynb", [IMAGE])
    page = lab_page.page
    files = page.locator(".dm-live [data-do='toggle 1 ']")
    files.focus()
    page.keyboard.press("Enter")
    page.locator(".dm-live [data-do='toggle 1 app']").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator(".dm-live [data-do='more 1 app']").wait_for()
    assert page.locator(".dm-live code:text('.js')").count() == 99, "the hundred biggest, the key among them"
    assert page.evaluate("() => document.activeElement.getAttribute('aria-expanded')") == "true", "the focus stays"
    search = page.locator(".dm-live input[type=search]")
    search.focus()
    page.keyboard.type("*.key", delay=30)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.dm-live code')].filter((e) => /[.]key$/.test(e.textContent)).length === 2"
    )
    assert page.locator(".dm-live code:text('.js')").count() == 0
    page.keyboard.type("x")
    page.locator(".dm-live :text('0 paths found')").first.wait_for()
    assert search.input_value() == "*.keyx", "what is written there stays"
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1, "no key was a command"
    html = saved(lab_page, path)["text/html"]
    assert "<details" in html
    assert "<input" not in html
