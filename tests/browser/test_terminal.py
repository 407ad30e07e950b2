"""Terminals in a real JupyterLab, with a program of this machine and with programs in a container."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.notebooks import LabPage
from tests.browser.standing import asked, becomes, opened, saved

MIME = "application/vnd.dockermagic.console+json"
SETUP = """
from dockermagic.views.console import open_console
from tests.browser.programs import ContainerProgram, LocalProgram
def show(program):
    return open_console(program, shell=get_ipython(), title="test", command="docker run -it <b>test</b> sh")
"""
LOCAL = f"{SETUP}program = LocalProgram('sh')\nconsole = show(program)"


SCREEN = "() => [...document.querySelectorAll('.xterm-rows > div')].map((e) => `\\n${e.textContent}`).join('')"


def screen(page: Any) -> str:
    return str(page.evaluate(SCREEN))


def shows(page: Any, text: str, *, seconds: float = 20.0) -> None:
    page.wait_for_function(
        f"(text) => ({SCREEN})().includes(text)",
        arg=text,
        timeout=seconds * 1000,
    )


def terminal(lab_page: LabPage, name: str, cell: str = LOCAL, *, prompt: str = "$") -> tuple[Path, Any]:
    path = opened(lab_page, name, [cell])
    page = lab_page.page
    shows(page, prompt)
    page.locator(".xterm-screen").click()
    return path, page


FOCUSED = "() => document.activeElement?.classList.contains('xterm-helper-textarea')"


def typed(page: Any, *lines: str) -> None:
    page.wait_for_function(FOCUSED)
    for line in lines:
        page.keyboard.type(line)
        page.keyboard.press("Enter")


def ended(page: Any, text: str) -> None:
    page.wait_for_function(
        "(text) => !document.querySelector('.xterm') && document.querySelector('.jp-RenderedHTML')?.textContent.includes(text)",
        arg=text,
    )


def test_typing_and_the_transcript_that_stays(lab_page: LabPage) -> None:
    path, page = terminal(lab_page, "typing.ipynb")
    typed(page, "echo 'a<b>c' $((6 * 7)) dd bb")
    shows(page, "a<b>c 42 dd bb")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1, "letters were commands"
    typed(page, "exit 3")
    ended(page, "exited with code 3")
    bundle = saved(lab_page, path)
    assert set(bundle) == {"text/html", "text/plain"}
    assert "a<b>c 42 dd bb" in bundle["text/plain"]
    assert "docker run -it <b>test</b> sh" in bundle["text/plain"]
    becomes(page, "console.ended.is_set()", "True")


def test_control_c_goes_to_the_program(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "control-c.ipynb")
    typed(page, "trap 'echo caught' INT; echo be''gun; sleep 100")
    shows(page, "begun")
    page.wait_for_timeout(200)
    page.keyboard.press("Control+c")
    shows(page, "^Ccaught")
    assert asked(page, "program.process.poll()") == "None"
    page.locator(".dm-live [data-do=close]").click()
    ended(page, "exited with code")


def test_what_is_selected_is_copied_and_what_is_pasted_is_typed(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "paste.ipynb")
    text = "x" * 3000
    typed(page, "stty -icanon -echo; dd bs=1 count=3000 2>/dev/null | tr x y | tail -c 5; echo; stty sane")
    page.wait_for_timeout(300)
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
             const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
             document.querySelector(".xterm-helper-textarea").dispatchEvent(event); }""",
        text,
    )
    shows(page, "yyyyy")
    page.locator(".xterm-screen").dblclick(position={"x": 4, "y": 4})
    page.wait_for_function("() => document.querySelector('.xterm-selection')?.childElementCount > 0")
    page.keyboard.press("Control+c")
    page.wait_for_function("() => document.querySelector('.xterm-selection')?.childElementCount === 0")
    assert "^C" not in screen(page)
    typed(page, "exit")


def test_the_program_learns_its_size(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "size.ipynb")
    rows = page.locator(".xterm-rows > div").count()
    typed(page, "stty size")
    shows(page, f"\n{rows} ")
    page.evaluate("() => { document.querySelector('.xterm').parentElement.style.height = '15em'; }")
    page.wait_for_function("(n) => document.querySelectorAll('.xterm-rows > div').length < n - 5", arg=rows)
    fewer = page.locator(".xterm-rows > div").count()
    typed(page, "clear; stty size")
    shows(page, f"\n{fewer} ")
    typed(page, "exit")


def test_nothing_is_lost_before_the_page_has_come(lab_page: LabPage) -> None:
    program = "LocalProgram('sh', '-c', 'seq 1 900; echo READY; cat')"
    opened(lab_page, "early.ipynb", [f"{SETUP}program = {program}\nconsole = show(program)\nimport time; time.sleep(1)"])
    page = lab_page.page
    shows(page, "READY")
    page.locator(".xterm-screen").click()
    for _ in range(60):
        page.keyboard.press("Shift+PageUp")
    shows(page, "\n1\n2\n3")
    page.locator(".dm-live [data-do=close]").click()


def test_saved_while_open_and_read_elsewhere(lab_page: LabPage) -> None:
    path, page = terminal(lab_page, "open.ipynb")
    typed(page, "echo once and $((40 + 2))")
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.get(0)
                 .data['text/plain'].includes('once and 42')"""
    )
    lab_page.save()
    (output,) = json.loads(path.read_text())["cells"][0]["outputs"]
    assert set(output["data"]) == {MIME, "text/html", "text/plain"}
    other = path.with_name("open-elsewhere.ipynb")
    other.write_text(path.read_text().replace("once and", "elsewhere"))
    lab_page.reopen(other)
    ended(page, "elsewhere 42")
    assert "was open when this was saved" in lab_page.output().inner_text()


def test_run_again_the_old_program_is_told_that_nobody_is_there(lab_page: LabPage) -> None:
    cell = f"old = globals().get('program'){LOCAL}"
    _, page = terminal(lab_page, "rerun.ipynb", cell)
    lab_page.run()
    becomes(page, "old is not None and old.process.poll() is not None", "True")
    shows(page, "$")
    page.locator(".xterm-screen").click()
    typed(page, "exit 4")
    ended(page, "exited with code 4")
    assert page.locator(".xterm").count() == 0


FRAMES = """() => { window.gaps = []; let last = performance.now();
  const frame = () => {
    const now = performance.now(); window.gaps.push(now - last); last = now; window.frame = requestAnimationFrame(frame); };
  frame(); }"""


@pytest.mark.parametrize("endless", ["yes", "tr '\\000' x < /dev/zero", "cat /dev/urandom"])
def test_a_program_that_prints_without_end(lab_page: LabPage, endless: str) -> None:
    _, page = terminal(lab_page, "endless.ipynb")
    memory = "__import__('psutil').Process().memory_info().rss >> 20"
    before = int(asked(page, memory))
    page.evaluate(FRAMES)
    typed(page, endless)
    page.wait_for_timeout(4000)  # how the page does meanwhile is what is measured
    gaps = sorted(page.evaluate("() => { cancelAnimationFrame(window.frame); return window.gaps; }"))
    page.keyboard.press("Control+c")
    typed(page, "", "reset; echo do''ne")
    shows(page, "done")
    print(
        f"{endless}: frames p50 {gaps[len(gaps) // 2]:.0f} ms, p95 {gaps[int(len(gaps) * 0.95)]:.0f} ms, longest {gaps[-1]:.0f} ms"
    )
    assert int(asked(page, "program.total")) > 500_000
    assert gaps[int(len(gaps) * 0.95)] < 200
    assert int(asked(page, memory)) - before < 50
    assert int(asked(page, "len(console._flow.transcript.text(10**9))")) <= 256 * 1024
    typed(page, "exit")


def test_an_editor_in_a_container(lab_page: LabPage, engine: str) -> None:
    path, page = terminal(lab_page, "vi.ipynb", f"{SETUP}console = show(ContainerProgram({engine!r}, 'sh'))", prompt="#")
    typed(page, "vi /tmp/note")
    shows(page, "\n~\n~")
    page.keyboard.type("ifirst line")
    page.keyboard.press("Enter")
    page.keyboard.type("second")
    page.keyboard.press("Escape")
    shows(page, "first line\nsecond")
    shows(page, "\n- /tmp/note")  # what comes with the Escape would count as the rest of a key's sequence
    typed(page, ":wq")
    shows(page, "# vi /tmp/note")  # what is typed before it has ended may be the editor's
    typed(page, "clear; wc -l /tmp/note; stty size")
    shows(page, "2 /tmp/note")
    shows(page, f"\n{page.locator('.xterm-rows > div').count()} ")
    typed(page, "sleep 50")
    page.wait_for_timeout(200)
    page.keyboard.press("Control+c")
    typed(page, "exit 7")
    ended(page, "exited with code 7")
    assert "2 /tmp/note" in saved(lab_page, path)["text/plain"]


def test_both_themes(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "themes.ipynb")
    box = "() => getComputedStyle(document.querySelector('.xterm').parentElement).backgroundColor"
    light = page.evaluate(box)
    lab_page.theme("JupyterLab Dark")
    try:
        page.wait_for_function(f"(light) => ({box})() !== light", arg=light)
    finally:
        lab_page.theme("JupyterLab Light")
    page.wait_for_function(f"(light) => ({box})() === light", arg=light)
    page.locator(".xterm-screen").click()
    typed(page, "exit")


def test_what_is_typed_arrives_in_order_while_much_is_printed(lab_page: LabPage) -> None:
    _, page = terminal(lab_page, "order.ipynb")
    typed(page, "while sleep 0.01; do echo x; done & cat >/tmp/dockermagic-typed; kill %1")
    shows(page, "\nx\nx\nx")
    text = "".join(f"{number:03d}," for number in range(200))
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+d")
    becomes(page, "open('/tmp/dockermagic-typed').read()", repr(text + "\n"))
    typed(page, "rm /tmp/dockermagic-typed; exit")
    ended(page, "exited with code")


def test_it_works_while_a_cell_runs(lab_page: LabPage) -> None:
    """Where front end and kernel have threads for comms (JupyterLab 4.4, ipykernel 7); elsewhere it waits for the cell."""
    _, page = terminal(lab_page, "meanwhile.ipynb")
    page.evaluate(
        """() => { const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                   const future = kernel.requestExecute({code: "import time; time.sleep(8)"});
                   future.done.then(() => { window.slept = true; }); }"""
    )
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'")
    typed(page, "echo $((6 * 7))")
    shows(page, "\n42", seconds=5)
    assert page.evaluate("() => window.slept ?? null") is None
    typed(page, "exit")
    ended(page, "exited with code 0")
