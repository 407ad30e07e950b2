"""Text that tries to be more than text. `PWNED` is what a script among it would set."""

from __future__ import annotations

from dockermagic.builds import events as ev
from dockermagic.builds.model import Build
from tests.unit import examples

PAYLOADS = (
    "<script>window.PWNED = 1</script>",
    "<img src=x onerror=window.PWNED=1>",
    "<svg onload=window.PWNED=1>",
    "<iframe srcdoc='<script>parent.PWNED=1</script>'></iframe>",
    "</pre></details></td></tr></table><script>window.PWNED=1</script>",
    "</style><style>*{display:none}</style>",
    "<!-- --><![CDATA[ <b>",
    "\"><b onmouseover='window.PWNED=1' style=position:fixed;inset:0>x",
    "' onfocus='window.PWNED=1' autofocus='",
    "javascript:window.PWNED=1",
    "data:text/html,<script>window.PWNED=1</script>",
    "&lt;script&gt;window.PWNED=1&lt;/script&gt; &amp;amp; &#60;b&#62;",
    "{{constructor.constructor('window.PWNED=1')()}} ${window.PWNED=1} <%= PWNED %>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b]8;;javascript:window.PWNED=1\x1b\\click\x1b]8;;\x1b\\ \x1b[2J\x1b[H\x1b[?1049h",
    "\x1bP+q544e\x1b\\\x1b^private\x1b\\\x1b_app\x1b\\\x9b31mC1\x9d0;t\x9c",
    "\x00\x01\x02\x08\x0b\x0c\x0e\x7f\x80\x85\x9f",
    "user\u202egnp.exe\u202c \u2066isolate\u2069 \u200bzero\ufeff",
    "half \ud800 and \udfff and \ufffe",
    "\u2028line\u2029paragraph",
    "e" + "\u0301" * 500,
    "<a href='javascript:window.PWNED=1'>click</a>",
    "z" * 1_000_000,
    "<b>" * 100_000,
)
URLS = (
    "javascript:window.PWNED=1",
    " javascript:window.PWNED=1",
    "java\nscript:window.PWNED=1",
    "data:text/html,<script>window.PWNED=1</script>",
    "vbscript:x",
    "//evil.example/x",
    "https:evil",
    "https://\u202eevil.example",
    'https://e.example/"onmouseover="window.PWNED=1',
    "https://e.example/ onmouseover=x",
    "http://[::1",
)


def hostile_build(outcome: str = "failed") -> Build:
    """Give a build in which every text that comes from outside is hostile."""
    lines = "\n".join(["FROM busybox", *(f"RUN step{n}" for n in range(len(PAYLOADS)))])
    build = examples.empty(lines, tags=PAYLOADS[:3], context=PAYLOADS[4], command=PAYLOADS[4], target=PAYLOADS[1])
    from dataclasses import replace

    steps = [replace(step, name="RUN " + PAYLOADS[n - 1]) if n else step for n, step in enumerate(build.steps)]
    build = replace(build, steps=tuple(steps), stages=(replace(build.stages[0], name=PAYLOADS[0], base=PAYLOADS[1]),) * 2)
    at = examples.START
    told: list[ev.Event] = [ev.BuildStarted(at, PAYLOADS[0], "buildkit"), ev.PhaseFinished(at, "metadata", PAYLOADS[1])]
    for n, payload in enumerate(PAYLOADS):
        url = URLS[n % len(URLS)]
        told.append(ev.StepStarted(at, n + 1))
        told += [ev.StepLogged(at, n + 1, 1, payload + "\n"), ev.StepLogged(at, n + 1, 2, payload + "\r" + payload[:100])]
        told.append(ev.BytesMoved(at, n + 1, payload, n, 10))
        told.append(ev.LintWarned(at, n + 1, payload, payload, url, n))
        told.append(ev.LintWarned(at, None, payload, payload, url, n))
        told.append(ev.Noted(at, payload))
        if outcome != "running":
            told.append(ev.StepFinished(at + 1, n + 1, "failed" if n % 2 else "ran", payload, payload, n))
    told.append(ev.ImageBuilt(at + 1, PAYLOADS[1]))
    if outcome != "running":
        told.append(ev.BuildFinished(at + 1, "failed", PAYLOADS[0]))
    return examples.fold(build, told)
