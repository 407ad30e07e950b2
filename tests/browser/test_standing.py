"""Standing views in a real JupyterLab: they live while the kernel is idle, and what is saved is a picture."""

from __future__ import annotations

from typing import Any

from tests.browser.notebooks import LabPage
from tests.browser.standing import PAGES, RUN, asked, becomes, kept, loaded_again, opened, saved

MIME = "application/vnd.dockermagic.view+json"
SETUP = "from tests.browser.counter import Counter\n"


def number(page: Any, wanted: int) -> None:
    page.wait_for_function("(n) => document.querySelector('.dm-live .number')?.textContent === String(n)", arg=wanted)


def static(page: Any, text: str) -> None:
    page.wait_for_function(
        """(text) => !document.querySelector('.dm-live')
                     && document.querySelector('.jp-OutputArea .jp-RenderedHTML')?.textContent.includes(text)""",
        arg=text,
    )


def test_buttons_work_while_the_kernel_is_idle(lab_page: LabPage) -> None:
    path = opened(lab_page, "idle.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    for count in (1, 2, 3):
        page.locator(".dm-live [data-do=add]").click()
        number(page, count)
    kept(page, "static 3")
    bundle = saved(lab_page, path)
    assert set(bundle) == {MIME, "text/html", "text/plain"}
    assert "static 3" in bundle["text/html"]
    assert "data-do" not in bundle["text/html"]


def test_a_click_that_fails_is_told_above_the_picture(lab_page: LabPage) -> None:
    opened(lab_page, "trouble.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    page.locator(".dm-live [data-do=refuse]").click()
    alert = page.locator(".dm-live [role=alert]")
    alert.wait_for()
    assert alert.inner_text() == "The engine <b>refused</b>.\nTry again."
    page.locator(".dm-live [data-do=break]").click()
    page.wait_for_function("() => document.querySelector('.dm-live [role=alert]')?.textContent === 'ZeroDivisionError: a bug'")
    page.locator(".dm-live [data-do=add]").click()
    number(page, 1)
    alert.wait_for(state="detached")


def test_keys_on_a_button_are_no_commands(lab_page: LabPage) -> None:
    opened(lab_page, "keys-standing.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    page.locator(".dm-live [data-do=add]").focus()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    number(page, 1)
    page.keyboard.press("Space")
    number(page, 2)
    assert page.evaluate("() => document.activeElement.dataset.do") == "add", "the focus stays while the picture changes"
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1


def test_the_page_is_loaded_again(lab_page: LabPage) -> None:
    path = opened(lab_page, "reload.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    lab_page.save()
    loaded_again(lab_page, path)
    number(page, 0)
    page.locator(".dm-live [data-do=add]").click()
    number(page, 1)
    kept(page, "static 1")
    assert "static 1" in saved(lab_page, path)["text/html"]


def test_a_kernel_that_restarts_leaves_the_picture(lab_page: LabPage) -> None:
    path = opened(lab_page, "restart.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    page.locator(".dm-live [data-do=add]").click()
    number(page, 1)
    kept(page, "static 1")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    static(page, "static 1")
    assert "static 1" in saved(lab_page, path)["text/html"]
    lab_page.run()  # and the new kernel's views live again
    number(page, 0)


def test_read_again_without_its_kernel(lab_page: LabPage) -> None:
    path = opened(lab_page, "again.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    lab_page.save()
    # Written by somebody else, as far as this server knows: not trusted.
    text = path.read_text().replace("static 0", "static 0 from elsewhere<script>window.PWNED = 1</script>")
    other = path.with_name("elsewhere.ipynb")
    other.write_text(text)
    lab_page.reopen(other)
    static(page, "static 0 from elsewhere")
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")
    static(page, "static 0 from elsewhere")
    assert page.evaluate("() => window.PWNED ?? null") is None


def test_a_closed_view_is_a_picture(lab_page: LabPage) -> None:
    path = opened(lab_page, "closed.ipynb", [f"{SETUP}counter = Counter()", "counter.add()\ncounter.close()\ncounter.add()"])
    static(lab_page.page, "static 1")
    assert set(saved(lab_page, path)) == {"text/html", "text/plain"}


def test_closed_after_the_page_was_loaded_again(lab_page: LabPage) -> None:
    path = opened(lab_page, "closed-later.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    lab_page.save()
    loaded_again(lab_page, path)
    number(page, 0)
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code: 'counter.close()'}).done"
    )
    static(page, "static 0")
    assert set(saved(lab_page, path)) == {"text/html", "text/plain"}


def test_two_windows_show_the_same(lab_page: LabPage) -> None:
    opened(lab_page, "two.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    lab_page.save()
    second = page.context.browser.new_page()
    try:
        second.goto(lab_page.lab.address("two.ipynb"))
        number(second, 0)
        second.locator(".dm-live [data-do=add]").click()
        number(second, 1)
        number(page, 1)
        page.locator(".dm-live [data-do=add]").click()
        number(second, 2)
    finally:
        second.close()
    page.locator(".dm-live [data-do=add]").click()
    number(page, 3)


SHOWN = "len(__import__('dockermagic.views.channel', fromlist=['x'])._SHOWN)"


def test_nothing_is_left_of_outputs_that_are_gone(lab_page: LabPage) -> None:
    opened(lab_page, "gone.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    becomes(page, PAGES, "1")
    lab_page.run()  # the same cell again: the first view is replaced
    becomes(page, SHOWN, "1")
    number(page, 0)
    becomes(page, PAGES, "1")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    becomes(page, PAGES, "0")
    assert page.locator(".dm-live").count() == 0


SLOW = """
import time
from dockermagic.views import channel
def slow(page, said, heard=channel._heard):
    time.sleep(0.5)
    heard(page, said)
channel._heard = slow
"""


def test_a_page_that_goes_is_let_go_though_the_kernel_is_slow_to_hear(lab_page: LabPage) -> None:
    # JupyterLab ends the loop that hears a comm as soon as it has closed the comm: what was not heard by then, never is.
    opened(lab_page, "slow.ipynb", [f"{SETUP}counter = Counter()"])
    page = lab_page.page
    number(page, 0)
    becomes(page, PAGES, "1")
    page.evaluate(RUN, SLOW)
    for _ in range(3):
        page.locator(".dm-live [data-do=add]").click()
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    becomes(page, PAGES, "0")
    assert asked(page, "counter.count.number") == "3"


def test_a_view_that_was_scrolled_away_is_still_alive(lab_page: LabPage) -> None:
    filler = ["print('\\n'.join('x' * 40 for _ in range(60)))"] * 12
    opened(lab_page, "long.ipynb", [f"{SETUP}counter = Counter()\ncounter.every(0.2)", *filler])
    page = lab_page.page
    page.locator(".dm-live .number").wait_for()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.scrollToItem(12)")
    first = int(asked(page, "counter.count.number"))
    for _ in range(100):
        if int(asked(page, "counter.count.number")) > first + 5:
            break
        page.wait_for_timeout(50)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.scrollToItem(0)")
    page.wait_for_function("(n) => Number(document.querySelector('.dm-live .number')?.textContent) > n", arg=first + 5)
    page.locator(".dm-live [data-do=add]").click()
    becomes(page, PAGES, "1")


def test_a_view_moves_while_another_cell_runs(lab_page: LabPage) -> None:
    lab_page.open("busy.ipynb", [f"{SETUP}counter = Counter(ticking=True)\ncounter.every(0.1)", "import time\ntime.sleep(6)"])
    page = lab_page.page
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:move-cursor-up')")
    lab_page.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
    )
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell-and-select-next'); }")
    page.locator(".dm-live .number").wait_for()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    busy = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
    page.wait_for_function(busy)
    before = int(page.locator(".dm-live .number").inner_text())
    page.wait_for_function("(n) => Number(document.querySelector('.dm-live .number').textContent) > n + 10", arg=before)
    assert page.evaluate(busy)


def test_other_front_ends_see_the_picture(lab_page: LabPage) -> None:
    from nbconvert import HTMLExporter

    path = opened(lab_page, "export.ipynb", [f"{SETUP}counter = Counter()"])
    number(lab_page.page, 0)
    lab_page.save()
    html, _ = HTMLExporter().from_filename(str(path))
    assert "<b>static 0</b>" in html
    assert "data-do" not in html


STOPPING = """
import docker
from tests.browser.counter import Count, CountDrawer
from dockermagic.views.standing import open_standing
client = docker.DockerClient({url!r})
container = client.containers.run("busybox:latest", ["sleep", "1000"], detach=True, labels={{"dev.dockermagic.test": "standing"}})
class Drawer(CountDrawer):
    def html(self, model, now):
        container.reload()
        return f'<b class=state>{{container.status}}</b> <button data-do="stop {{container.id}}">docker stop</button>'
def act(what):
    word, name = what.split()
    assert word == "stop"
    client.containers.get(name).stop(timeout=1)
    view.update(Count(1))
view = open_standing(Drawer(), act=act)
view.update(Count(0))
"""


def test_a_real_container_is_stopped_by_a_button(lab_page: LabPage, engine: str) -> None:
    opened(lab_page, "stop.ipynb", [STOPPING.format(url=engine)])
    page = lab_page.page
    try:
        page.wait_for_function("() => document.querySelector('.dm-live .state')?.textContent === 'running'")
        page.locator(".dm-live [data-do]").click()
        page.wait_for_function("() => document.querySelector('.dm-live .state')?.textContent === 'exited'")
    finally:
        becomes(page, "container.remove(force=True)", "None")
