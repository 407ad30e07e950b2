"""What each flag of `docker run` means, in plain words with its own value filled in.

A flag that is not here is told with its line of help; so are all flags of other commands.
"""

from __future__ import annotations

from collections.abc import Callable

from dockermagic.containers.options.fields import pairs
from dockermagic.containers.options.mounts import read_mount
from dockermagic.containers.options.networks import read_network
from dockermagic.containers.options.numbers import read_bytes
from dockermagic.containers.options.ports import Binding, read_publish
from dockermagic.containers.options.volumes import is_path

__all__ = ["MEANINGS", "Link", "link_of", "size"]

HERE, THERE = "this machine", "container"


class Link:
    """Something of this machine that leads to something in the container: drawn as an arrow.

    Parameters:
        here, there: what stands at its ends; `source` names the end that is here ("this machine", "volume").
    """

    __slots__ = ("here", "source", "there")

    def __init__(self, here: str, there: str, source: str = HERE) -> None:
        self.here, self.there, self.source = here, there, source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and (self.here, self.there, self.source) == (other.here, other.there, other.source)

    def __hash__(self) -> int:
        return hash((self.here, self.there, self.source))


def size(text: str) -> str:
    """Say an amount of memory as people do: "512 MiB"."""
    number = float(read_bytes(text))
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            return f"{number:.4g} {unit}"
        number /= 1024
    return text


def link_of(flag: str, value: str) -> tuple[Link, ...]:
    """Give the arrows of a flag: what leads where; none for most flags."""
    if flag == "publish":
        bindings = read_publish(value)
        shown = bindings if len(bindings) <= 4 else [bindings[0], bindings[-1]]
        return tuple(_port(each) for each in shown)
    if flag == "volume" and ":" in value:
        source, target = value.split(":")[:2]
        return (Link(source, target, HERE if is_path(source) else "volume"),)
    if flag == "mount":
        mount = read_mount(value)
        if mount.get("Source"):
            return (Link(mount["Source"], mount["Target"], HERE if mount["Type"] == "bind" else mount["Type"]),)
    return ()


def _port(binding: Binding) -> Link:
    port = f"port {binding.host_port}" if binding.host_port else "a free port"
    number, _, protocol = binding.port.partition("/")
    there = f"port {number}" if protocol == "tcp" else f"port {number} ({protocol})"
    return Link(f"{binding.host_ip}, {port}" if binding.host_ip else port, there)


def _publish(value: str) -> str:
    first, *more = read_publish(value)
    port, protocol = first.port.split("/")
    where = {"": "this machine", "127.0.0.1": "this machine, for programs on it alone,"}.get(
        first.host_ip, f"the address {first.host_ip}"
    )
    if more:
        return f"{len(more) + 1} ports of {where} lead to the ports {port} to {more[-1].port.split('/')[0]} in the container."
    if not first.host_port:
        return f"A free port of {where}, which Docker chooses, leads to port {port} in the container; docker port tells which."
    if "-" in first.host_port:
        return f"One port of {first.host_port} of {where}, whichever is free, leads to port {port} in the container."
    try_it = f" Try http://localhost:{first.host_port}" if protocol == "tcp" and first.host_ip in ("", "127.0.0.1") else ""
    return f"Port {first.host_port} of {where} leads to port {port} in the container ({protocol}).{try_it}"


def _volume(value: str) -> str:
    source, _, rest = value.partition(":")
    if not rest:
        return f"A new volume without a name lies at {source} in the container; docker run --rm removes it with the container."
    target, _, options = rest.partition(":")
    only = " The container cannot change it." if "ro" in options.split(",") else ""
    if is_path(source):
        return f"{source} of this machine is {target} in the container: both see the same files, at once.{only}"
    return f"The volume “{source}” is {target} in the container; it outlives the container, and is made if it does not exist.{only}"


def _mount(value: str) -> str:
    mount = read_mount(value)
    source, target = mount.get("Source", ""), mount["Target"]
    only = " The container cannot change it." if mount.get("ReadOnly") else ""
    match mount["Type"]:
        case "bind":
            return f"{source} of this machine is {target} in the container: both see the same files, at once.{only}"
        case "tmpfs":
            return f"{target} in the container lies in memory, and is gone with it."
        case "volume" if source:
            return f"The volume “{source}” is {target} in the container, and outlives it.{only}"
        case "volume":
            return f"A new volume without a name lies at {target} in the container.{only}"
    return f"{source} ({mount['Type']}) is {target} in the container.{only}"


def _env(value: str) -> str:
    name, equals, text = value.partition("=")
    if not equals:
        return f"The program finds the variable {name} as it is set here, if it is."
    return f"The program finds the variable {name} with the value “{text}”."


def _label(value: str) -> str:
    ((name, text),) = pairs([value]).items()
    return (
        f"The container carries the label {name}{f' with the value “{text}”' if text else ''}; docker ps --filter finds it by that."
    )


def _network(value: str) -> str:
    network = read_network(value)
    alias = f" It is also called {' and '.join(network.aliases)} there." if network.aliases else ""
    match network.target.partition(":")[0]:
        case "host":
            return "The container uses this machine's network as it is: no ports need publishing, nothing is apart."
        case "none":
            return "The container has no network."
        case "bridge" | "default":
            return "The container is in the default network, where containers know each other by address only."
        case "container":
            return f"The container shares the network of {network.target.partition(':')[2]}."
    return f"The container is in the network “{network.target}”, where others reach it by its name.{alias}"


def _restart(value: str) -> str:
    name, _, times = value.partition(":")
    how = f", {times} times at most" if times else ""
    return {
        "always": "When the program ends, however it ends, Docker starts it again; also when Docker itself starts.",
        "unless-stopped": "When the program ends, Docker starts it again, unless somebody stopped it.",
        "on-failure": f"When the program fails (another exit code than 0), Docker starts it again{how}.",
        "no": "When the program has ended, it stays so.",
    }.get(name, f"Restart policy {value}.")


def _user(value: str) -> str:
    user, _, group = value.partition(":")
    return f"The program runs as user {user}{f' and group {group}' if group else ''}, not as the image says."


def _entrypoint(value: str) -> str:
    return f"The container runs {value}, not the image's ENTRYPOINT." if value else "The image's ENTRYPOINT is left out."


def _host(value: str) -> str:
    name, _, address = value.replace("=", ":", 1).partition(":")
    return f"In the container, {name} stands for {'this machine' if address == 'host-gateway' else address}."


def _swap(value: str) -> str:
    return "It may use all swap." if value == "-1" else f"Memory and swap together are {size(value)} at most."


MEANINGS: dict[str, Callable[[str], str]] = {
    "detach": lambda _: "Docker returns at once; the container runs on in the background.",
    "rm": lambda _: "When the program has ended, the container is removed, with its volumes that have no name.",
    "interactive": lambda _: "The program's input stays open, so that one can type to it.",
    "tty": lambda _: "The program gets a terminal, as a shell wants one.",
    "name": lambda value: f"The container is called “{value}”: docker logs {value}, docker stop {value}.",
    "publish": _publish,
    "publish-all": lambda _: "Every port that the image EXPOSEs gets a free port of this machine.",
    "expose": lambda value: f"Notes that the program listens on {value}; that alone publishes nothing.",
    "volume": _volume,
    "mount": _mount,
    "tmpfs": lambda value: f"{value.partition(':')[0]} in the container lies in memory, and is gone with it.",
    "env": _env,
    "env-file": lambda value: f"The program finds the variables that stand in the file {value}.",
    "label": _label,
    "network": _network,
    "network-alias": lambda value: f"In its network the container is also called {value}.",
    "restart": _restart,
    "user": _user,
    "workdir": lambda value: f"The program starts in the folder {value} of the container.",
    "entrypoint": _entrypoint,
    "hostname": lambda value: f"For itself the container is called {value}.",
    "add-host": _host,
    "memory": lambda value: f"It may use {size(value)} of memory; a program that wants more is killed.",
    "memory-swap": _swap,
    "cpus": lambda value: f"It may use as much time as {value} {'processor has' if value == '1' else 'processors have'}.",
    "read-only": lambda _: "Nothing in the container's own file system can be written.",
    "privileged": lambda _: "The container may do nearly everything on this machine. Few programs need that.",
    "cap-add": lambda value: f"It gets the right {value.upper()} of the Linux kernel.",
    "cap-drop": lambda value: (
        "All rights of the Linux kernel are taken away." if value.upper() == "ALL" else f"It loses the right {value.upper()}."
    ),
    "init": lambda _: "A small init runs first: it passes signals on to the program and collects ended processes.",
    "gpus": lambda value: "It may use all GPUs." if value == "all" else f"It may use GPUs: {value}.",
    "platform": lambda value: f"The image for {value} is taken, whatever this machine is.",
    "pull": lambda value: {"always": "The image is fetched anew first.", "never": "The image must be here already."}.get(
        value, "The image is fetched if it is not here."
    ),
    "stop-signal": lambda value: f"docker stop sends it {value} first.",
    "stop-timeout": lambda value: f"docker stop waits {value} seconds before it kills it.",
    "health-cmd": lambda value: f"Docker runs “{value}” now and then; exit code 0 means that the container is well.",
    "volumes-from": lambda value: f"It gets the volumes of the container {value.partition(':')[0]}.",
    "link": lambda value: f"It knows the container {value.partition(':')[0]} by name; a network of your own does that better.",
}
"""By the flag's long name; a value that does not read well (a ValueError) is told with the flag's help."""
