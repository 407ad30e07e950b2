"""What the comparison with `docker create` is made of: an engine that only writes down, and inspects made comparable."""

from __future__ import annotations

import copy
import http.server
import json
import os
import re
import shlex
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import NotFound
from docker.types import IPAMConfig, IPAMPool

from dockermagic.containers.create import create
from dockermagic.containers.request import read_create
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from dockermagic.errors import DockerMagicError
from tests.rig import engines
from tests.rig.clients import Cli
from tests.unit.create_lines import ENVIRONMENT, FRIEND, NETWORK, PEER, SUBNET, VOLUME

LABELS = (("dev.dockermagic.notebook", "a test"), ("dev.dockermagic.version", "0"))


@dataclass
class Recorder:
    """An engine that makes no containers: it notes the request of every POST /containers/create.

    Parameters:
        api: the API version that it claims to have.
    """

    path: Path
    api: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def serve(self) -> Iterator[Recorder]:
        """Listen on a Unix socket while the generator is suspended."""
        server = _Server(str(self.path), _handler(self))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _handler(recorder: Recorder) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            data = b"OK"
            if "/containers/create" in self.path:
                recorder.asked.append((self.path.partition("?")[2], json.loads(body)))
                data = b'{"Id":"made","Warnings":[]}'
            self.send_response(201)
            self.send_header("Api-Version", recorder.api)
            self.send_header("OSType", "linux")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def address_string(self) -> str:
            return "here"

    return Handler


def by_command_line(cli: Cli, line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `docker create LINE` in a folder."""
    command = [str(cli.program), "create", *shlex.split(line)]
    environment = {**cli.environment, **ENVIRONMENT}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, stdin=subprocess.DEVNULL, check=False, timeout=60
    )


class Bench:
    """One engine, on which both ways make the same container, one after the other."""

    def __init__(self, url: str, cli: Cli, folder: Path) -> None:
        self.cli, self.folder = cli, folder
        self.engine = Engine(Address(url))
        self.api = engines.at(url).client().api

    def furnish(self) -> Iterator[Bench]:
        """Make the network and the containers that the lines name, and take everything away at the end."""
        volumes = {each["Name"] for each in self.api.volumes()["Volumes"] or ()}
        self.api.create_network(NETWORK, ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=SUBNET)]))
        self.api.create_network(f"{NETWORK}2")
        peer = self.api.create_container("busybox", name=PEER, command=["sleep", "60"], volumes=["/shared"])
        friend = self.api.create_container(
            "busybox", name=FRIEND, command=["sleep", "60"], host_config=self.api.create_host_config(network_mode=NETWORK)
        )
        try:
            yield self
        finally:
            for each in (peer, friend):
                self.api.remove_container(each["Id"], force=True, v=True)
            self.api.remove_network(NETWORK)
            self.api.remove_network(f"{NETWORK}2")
            for name in (VOLUME, f"{VOLUME}2", "sub"):
                if name not in volumes:
                    with _no_matter():
                        self.api.remove_volume(name)
            self.engine.close()

    def truth(self, line: str) -> tuple[dict[str, Any] | None, str]:
        """Give what the engine knows of the command line's container; None and its words when it was refused."""
        done = by_command_line(self.cli, line, self.folder)
        if done.returncode:
            return None, done.stderr
        return self._seen(done.stdout.strip().splitlines()[-1]), done.stderr

    def ours(self, line: str) -> tuple[dict[str, Any] | None, str]:
        """The same with dockermagic."""
        try:
            request = read_create(line, self.folder, {**os.environ, **ENVIRONMENT})
            assert request is not None
            return self._seen(create(self.engine, request, LABELS).id), ""
        except DockerMagicError as error:
            return None, str(error)

    def _seen(self, id: str) -> dict[str, Any]:
        try:
            return comparable(self.api.inspect_container(id))
        finally:
            self.api.remove_container(id, force=True, v=True)
            for made in self.folder.glob("made.cid"):
                assert made.read_text() == id
                made.unlink()


class _no_matter:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, NotFound)


def comparable(inspect: dict[str, Any]) -> dict[str, Any]:
    """Leave aside what must differ between two containers: IDs, times, names that nobody gave, and the labels of a session."""
    short, name = inspect["Id"][:12], inspect["Name"]
    kept = {
        key: copy.deepcopy(inspect[key])
        for key in ("Config", "HostConfig", "NetworkSettings", "Mounts", "Path", "Args", "Platform")
    }
    kept["Name"] = name if "dm-" in name else ""
    kept["HostConfig"]["Links"] = [each.replace(f":{name}/", ":(name)/") for each in kept["HostConfig"]["Links"] or ()]
    for label, _ in LABELS:
        kept["Config"]["Labels"].pop(label, None)
    kept["Config"]["Env"] = sorted(kept["Config"]["Env"] or ())
    kept["HostConfig"]["Binds"] = sorted(kept["HostConfig"]["Binds"] or ())
    for mount in kept["Mounts"]:
        if len(mount.get("Name", "")) == 64:
            mount["Source"] = mount["Source"].replace(mount["Name"], "(anonymous)")
            mount["Name"] = "(anonymous)"
        if mount["Type"] == "image":
            mount["Source"] = re.sub(r"\b[0-9a-f]{64}\b", "(id)", mount["Source"])
    kept["Mounts"].sort(key=lambda mount: str(mount["Destination"]))
    found: dict[str, Any] = json.loads(json.dumps(kept).replace(short, "(short id)"))
    return found


def differences(truth: Any, ours: Any, where: str = "") -> list[str]:
    """Name every place in which two structures differ."""
    if isinstance(truth, dict) and isinstance(ours, dict):
        return [
            line
            for key in sorted({*truth, *ours})
            for line in (
                differences(truth[key], ours[key], f"{where}.{key}")
                if key in truth and key in ours
                else [f"{where}.{key}: {'is missing' if key in truth else 'is new'}"]
            )
        ]
    if type(truth) is not type(ours) or truth != ours:
        return [f"{where}: {truth!r} became {ours!r}"]
    return []
