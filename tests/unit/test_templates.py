"""Go templates over plain data. That the whole agrees with the docker command line is tested with engines."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.commands.fields.row import Row
from dockermagic.commands.templates import render
from dockermagic.errors import UsageError

DATA = {
    "Name": "/web",
    "State": {"Status": "running", "Pid": 7, "Dead": False, "Error": ""},
    "Env": ["A=1", "B=two words"],
    "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "90/tcp": None},
    "Nothing": None,
    "Ratio": 0.5,
    "Label": lambda name: f"<{name}>",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("{{.Name}}", "/web"),
        ("{{ .State.Status }}: {{.State.Pid}} {{.State.Dead}}", "running: 7 false"),
        ("{{.state.status}}", "running"),
        ("{{.Nothing}}", "<no value>"),
        ("{{.Env}} {{.Ports}} {{.Ratio}}", "[A=1 B=two words] map[80/tcp:[{0.0.0.0 8080}] 90/tcp:<nil>] 0.5"),
        ('{{.Label "a b"}}', "<a b>"),
        ("{{json .State}}", '{"Status":"running","Pid":7,"Dead":false,"Error":""}'),
        ("{{range .Env}}<{{.}}>{{end}}", "<A=1><B=two words>"),
        ("{{range $i, $e := .Env}}{{$i}}={{$e}};{{end}}", "0=A=1;1=B=two words;"),
        ("{{range $k, $v := .Ports}}{{$k}}{{if $v}}!{{end}} {{end}}", "80/tcp! 90/tcp "),
        ("{{range .Nothing}}x{{else}}none{{end}}", "none"),
        ("{{range .Env}}{{.}}{{break}}{{end}}", "A=1"),
        ("{{range .Env}}{{continue}}{{.}}{{end}}", ""),
        ("{{with .State}}{{.Pid}}{{$.Name}}{{end}}", "7/web"),
        ("{{with .Nothing}}x{{else}}y{{end}}", "y"),
        ("{{if .State.Dead}}a{{else if eq .State.Pid 7}}b{{else}}c{{end}}", "b"),
        ("{{if and .Name (not .State.Error)}}y{{end}}", "y"),
        ('{{or .State.Error "fine"}}', "fine"),
        ('{{$x := "a"}}{{if true}}{{$x = "b"}}{{end}}{{$x}}', "b"),
        ('{{index .Env 1}} {{(index (index .Ports "80/tcp") 0).HostPort}}', "B=two words 8080"),
        ('{{.Name | printf "%-6s|%q" .State.Status}}', 'running|"/web"'),
        ('{{printf "%05d %x %v %t %5.2f %%" 7 255 .Env true .Ratio}}', "00007 ff [A=1 B=two words] true  0.50 %"),
        ("{{len .Env}} {{len .Name}} {{slice .Name 1 3}}", "2 4 we"),
        (
            '{{split "a,b" ","}} {{join .Env "+"}} {{title "ab cd"}} {{upper "x"}} {{pad "x" 1 2}}| {{truncate "abcdef" 3}}',
            "[a b] A=1+B=two words Ab Cd X  x  | abc",
        ),
        ("a  {{- /* no */ -}}  b {{- .State.Pid -}} c", "ab7c"),
        ('{{"\\t\\x41\\u00e9"}}{{`raw\\n`}}', "\tAéraw\\n"),
        ("{{lt 1 2}} {{ge 2 2}} {{ne 1 2 }} {{eq 3 1 3}}", "true true true true"),
        ('{{print 1 2 "a" 3}}', "1 2a3"),
        ('{{html "<a>"}} {{urlquery "a b&"}}', "&lt;a&gt; a+b%26"),
    ],
)
def test_a_template_is_filled_in_as_go_does(template: str, text: str) -> None:
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{",
        "{{.Name",
        "{{if}}x{{end}}",
        "{{if .Name}}",
        "{{end}}",
        "{{.Name)}}",
        "{{(.Name}}",
        "{{nope .Name}}",
        "{{.Missing}}",
        "{{.Name.More}}",
        "{{range .Ratio}}{{end}}",
        "{{index .Env 9}}",
        "{{$y}}",
        "{{break}}",
        '{{"\\q"}}',
        "{{.Env 3}}",
        '{{template "x"}}',
        "{{|}}",
        '{{lt 1 "a"}}',
        "{{" + "(" * 200 + "1" + ")" * 200 + "}}",
        '{{printf "%999999d" 1}}',
        "{{range 99999999}}x{{end}}",
    ],
)
def test_what_go_refuses_is_a_usage_error(template: str) -> None:
    with pytest.raises(UsageError):
        render(template, DATA)


def test_a_row_as_json_leaves_functions_out_and_escapes_markup() -> None:
    row = Row(b="<&>", a=1, Label=lambda name: name)
    assert render("{{json .}}", row) == '{"a":1,"b":"\\u003c\\u0026\\u003e"}'
    assert json.loads(render("{{json .}}", row)) == {"a": 1, "b": "<&>"}


WORDS = [
    "{{",
    "}}",
    "-}}",
    "{{- ",
    "if",
    "range",
    "end",
    "else",
    ".",
    ".Name",
    ".Env",
    "$",
    "$x",
    ":=",
    "=",
    "|",
    "(",
    ")",
    ",",
    '"a"',
    "1",
    "json",
    "len",
    "index",
    " ",
    "\n",
    "with",
    "and",
    "printf",
    "'c'",
    "`r`",
    "/*",
    "*/",
    "nil",
    "true",
    "é",
    "\x00",
]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_any_template_gives_text_or_a_usage_error(template: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(render(template, DATA), str)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_any_value_can_be_printed_and_written_as_json(value: object) -> None:
    assert isinstance(render("{{.}}", value), str)
    assert json.loads(render("{{json .}}", value)) == value
