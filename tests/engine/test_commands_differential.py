"""`%docker` prints what the docker command line 28 prints, word by word, on both engines."""

from __future__ import annotations

import contextlib
import io
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.commands.cell import run_docker
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from dockermagic.errors import DockerMagicError
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session
from tests.rig import clients
from tests.rig.clients import Cli
from tests.rig.fixtures import had

pytestmark = [pytest.mark.engine, pytest.mark.again]

LABELS = ((NOTEBOOK, "test"), (KERNEL, "test"))


class Desk:
    """A few things of every kind on an engine, all with the same salt in their names."""

    def __init__(self, url: str, cli: Cli, folder: Path) -> None:
        self.cli, self.folder = cli, folder
        self.salt = f"dmt{secrets.token_hex(3)}"
        self.session = Session(Engine(Address(url)))

    def set_up(self) -> None:
        salt, run = self.salt, self.cli.run
        run("network", "create", "--label", f"own={salt}", "--label", "empty=", f"{salt}-net")
        run("volume", "create", "--label", f"own={salt}", "--label", "b=2", f"{salt}-vol")
        run("volume", "create", f"{salt}-free")
        own = ("--label", f"own={salt}")
        run("create", *own, "--name", f"{salt}-created", "busybox", "echo", 'a "quoted" word and <tags> that make it long')
        run("run", "-d", *own, "--label", "a.b-c=x", "--name", f"{salt}-up", "--network", f"{salt}-net", "-v", f"{salt}-vol:/data",
            "-p", "127.0.0.1::80", "-p", "127.0.0.1::81/udp", "--expose", "90-93", "--expose", "95/udp",
            "busybox", "sh", "-c", "echo hi > /new; mkdir /made; rm /bin/wget; sleep 3600")  # fmt: skip
        run("run", *own, "--name", f"{salt}-gone", "busybox", "sh", "-c", "exit 3", check=False)
        run("tag", "busybox", f"{salt}/first:1")
        run("tag", "busybox", f"{salt}/second:2.0-x")

    def tear_down(self) -> None:
        salt = self.salt
        self.cli.run("rm", "-f", "-v", *(f"{salt}-{name}" for name in ("created", "up", "gone")), check=False)
        self.cli.run("volume", "rm", f"{salt}-vol", f"{salt}-free", check=False)
        self.cli.run("network", "rm", f"{salt}-net", check=False)
        self.cli.run("rmi", f"{salt}/first:1", f"{salt}/second:2.0-x", check=False)
        self.session.close()
        self.session.engine.close()

    def ours(self, line: str) -> str:
        """Give what `%docker` prints; an error's first line where it raises."""
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                run_docker(line, self.session, None, LABELS, self.folder)
        except DockerMagicError as error:
            return f"refused: {error}"
        return out.getvalue()

    def theirs(self, line: str) -> str:
        import shlex

        done = self.cli.run(*shlex.split(line), check=False)
        return f"refused: {done.stderr}" if done.returncode else done.stdout


@pytest.fixture(scope="module")
def desk(docker_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(docker_engine, had(lambda: clients.new(docker_engine)), tmp_path_factory.mktemp("desk"))
    try:
        made.set_up()
        yield made
    finally:
        made.tear_down()


SAME = """
ps -a --filter label=own={salt}
ps --filter label=own={salt}
ps -a --filter label=own={salt} --no-trunc
ps -aq --filter label=own={salt}
ps -a -q --no-trunc --filter label=own={salt}
ps -as --filter label=own={salt}
ps -n 2 --filter label=own={salt}
ps -l --filter label=own={salt}
container ls -a --filter label=own={salt} --filter status=exited
container list --all --filter name={salt}-created
ps -a --filter label=own={salt} --format json
ps -a --filter label=own={salt} --format '{{{{json .}}}}'
ps -a --filter label=own={salt} --format 'table {{{{.Names}}}}\\t{{{{.Status}}}}'
ps -a --filter label=own={salt} --format 'table {{{{.Names}}}}\t{{{{.Label "own"}}}}\t{{{{.Label "a.b-c"}}}}'
ps -a --filter label=own={salt} --format '{{{{.ID}}}}: {{{{.Command}}}} {{{{upper .State}}}}'
ps -a --filter label=own={salt} --format 'table {{{{upper .Names}}}}\\t{{{{truncate .Image 3}}}}'
ps -a --filter label=own={salt} --format '{{{{.Ports}}}}|{{{{.Mounts}}}}|{{{{.LocalVolumes}}}}|{{{{.Networks}}}}|{{{{.Size}}}}'
ps -a --filter label=own={salt} --format '{{{{if eq .State "running"}}}}up{{{{else}}}}down{{{{end}}}}'
ps -a --filter label=own={salt} --format '{{{{range split .Names "-"}}}}<{{{{.}}}}>{{{{end}}}}'
ps -a --filter label=own={salt} --format '{{{{printf "%-12.12s|%5s|%q" .Names .Image .ID}}}}'
ps -a --filter label=own={salt} --format '{{{{with $x := .Names}}}}{{{{$x | lower | title}}}}{{{{end}}}}'
ps -a --filter label=own={salt} --format '{{{{pad .Names 2 3}}}}|{{{{len .Names}}}}'
ps --nope
ps -a --format '{{{{.Nope}}}}'
ps -a --format '{{{{.Names'
ps extra
images {salt}/first
images {salt}/first:1 -q
images --no-trunc --filter reference={salt}/first
images --filter reference={salt}/second --format json
images --filter reference={salt}/second --format '{{{{.Repository}}}}:{{{{.Tag}}}} {{{{.Size}}}} {{{{.CreatedSince}}}} {{{{.ID}}}}'
image ls --filter reference={salt}/first --format 'table {{{{.Repository}}}}\\t{{{{.Size}}}}'
history busybox
history --no-trunc busybox
history -q busybox
history --human=false busybox
history --format '{{{{.CreatedBy}}}} {{{{.Size}}}}' busybox
history nothing-of-that-name
volume ls --filter name={salt}
volume ls -q --filter name={salt}
volume ls --filter name={salt} --format json
volume ls --filter name={salt} --format '{{{{.Name}}}} {{{{.Label "b"}}}} {{{{.Mountpoint}}}}'
volume inspect {salt}-vol
volume inspect --format '{{{{.Name}}}} {{{{.Labels.own}}}}' {salt}-vol
volume inspect nothing-of-that-name
network ls --filter name={salt}
network ls -q --filter name={salt}
network ls --filter name={salt} --no-trunc --format json
network ls --filter name={salt} --format '{{{{.Name}}}} {{{{.CreatedAt}}}} {{{{.Internal}}}}'
network inspect --format '{{{{range .IPAM.Config}}}}{{{{.Subnet}}}}{{{{end}}}}' {salt}-net
inspect --format '{{{{.State.Status}}}} {{{{.State.ExitCode}}}}' {salt}-gone {salt}-created
inspect --format '{{{{.Config.Cmd}}}} {{{{.Config.Labels}}}}' {salt}-up
inspect --format '{{{{json .Config.Cmd}}}} {{{{json .HostConfig.Binds}}}}' {salt}-created
inspect --format '{{{{range .Mounts}}}}{{{{.Type}}}} {{{{.Destination}}}};{{{{end}}}}' {salt}-up
inspect -f '{{{{range $p, $c := .NetworkSettings.Ports}}}}{{{{$p}}}}={{{{with $c}}}}{{{{len .}}}}{{{{end}}}} {{{{end}}}}' {salt}-up
inspect --format '{{{{.NetworkSettings.Ports}}}}' {salt}-created
inspect -f '{{{{len .Mounts}}}} {{{{.HostConfig.NetworkMode}}}} {{{{.HostConfig.RestartPolicy}}}}' {salt}-up
inspect --format '{{{{.ID}}}}' {salt}-up
inspect --type image --format '{{{{.Os}}}} {{{{.Config.Cmd}}}}' busybox
inspect --type volume {salt}-up
inspect --format '{{{{.Nothing}}}}' {salt}-up
inspect nothing-of-that-name
container inspect --format '{{{{.Name}}}}' {salt}-up
image inspect --format '{{{{index .RepoTags 0 | len}}}}' {salt}/first:1
port {salt}-up
port {salt}-up 80
port {salt}-up 81/udp
port {salt}-up 7
diff {salt}-up
diff {salt}-created
top {salt}-up
top {salt}-up -o pid,comm
top {salt}-created
wait {salt}-gone
kill {salt}-created
kill -s NOPE {salt}-up
pause {salt}-created
unpause {salt}-up
start nothing-of-that-name
stop {salt}-gone
tag busybox UPPER
rename {salt}-up {salt}-gone
rm nothing-of-that-name
version --format '{{{{.Server.Version}}}} {{{{.Server.Os}}}}'
info --format '{{{{.ServerVersion}}}} {{{{.NCPU}}}} {{{{.Driver}}}}'
""".strip().split("\n")


def _lines(text: str) -> list[str]:
    """Divide into lines; labels in one order, since the command line gives them in any."""
    return [LABELS_IN_JSON.sub(_sorted, line.rstrip()) for line in text.splitlines()]


LABELS_IN_JSON = re.compile(r'(?<="Labels":")[^"]*')


def _sorted(match: re.Match[str]) -> str:
    return ",".join(sorted(match[0].split(",")))


@pytest.mark.parametrize("line", SAME)
def test_a_line_prints_what_the_command_line_prints(desk: Desk, line: str) -> None:
    line = line.format(salt=desk.salt)
    for _ in range(4):  # "5 seconds ago" may become 6 between the two
        before, ours, after = desk.theirs(line), desk.ours(line), desk.theirs(line)
        if _lines(before) == _lines(after):
            break
    if before.startswith("refused: "):
        assert ours.startswith("refused: "), f"the command line refuses it: {before}"
        return
    if line.startswith("inspect") and " -f" not in line and "--format" not in line:
        assert json.loads(ours) == json.loads(before)
    lines = sorted if line.startswith("diff") else list  # the engine gives changes in any order
    for mine, truth in zip(lines(_lines(ours)), lines(_lines(before)), strict=True):
        assert mine == truth


def test_disk_usage_prints_what_the_command_line_prints(desk: Desk) -> None:
    for line in ("system df", "system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}'"):
        assert _lines(desk.ours(line)) == _lines(desk.theirs(line))


def test_a_whole_inspect_is_the_same_text(desk: Desk) -> None:
    for name in (f"{desk.salt}-up", f"{desk.salt}-net", f"{desk.salt}-vol", "busybox"):
        ours, theirs = desk.ours(f"inspect {name}").splitlines(), desk.theirs(f"inspect {name}").splitlines()
        assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []
