"""The flags of a container that say what it is connected to: ports, networks, volumes, logs."""

from __future__ import annotations

from dockermagic.containers.options import addresses, limits
from dockermagic.containers.options.mounts import read_mount
from dockermagic.containers.options.networks import read_network
from dockermagic.containers.options.ports import read_expose, read_publish
from dockermagic.containers.options.volumes import read_volume
from dockermagic.flags import Flag


def _mac(text: str) -> None:
    if text:
        addresses.check_mac(text)


FLAGS = (
    Flag(
        "publish",
        "p",
        "list",
        "HOST:CONTAINER",
        "Let a port of this machine lead to a port in the container.",
        example="8080:80",
        check=read_publish,
    ),
    Flag("publish-all", "P", "bool", help="Publish every port that the image EXPOSEs, on free ports of this machine."),
    Flag(
        "expose",
        "",
        "list",
        "PORT",
        "Note that the program listens on this port; that publishes nothing.",
        example="8080",
        check=read_expose,
    ),
    Flag(
        "volume",
        "v",
        "list",
        "SOURCE:DIR[:ro]",
        "Put a folder of this machine, or a named volume, into the container.",
        example="./data:/data",
        check=read_volume,
    ),
    Flag(
        "mount",
        "",
        "list",
        "KEY=VALUE,…",
        "The same, said at length: type=bind,src=./data,dst=/data,readonly.",
        example="type=volume,src=data,dst=/data",
        check=read_mount,
    ),
    Flag("tmpfs", "", "list", "DIR[:OPTIONS]", "Keep a folder of the container in memory.", example="/run:size=64m"),
    Flag("volumes-from", "", "list", "CONTAINER", "Use the volumes of another container.", example="database"),
    Flag("volume-driver", "", "string", "DRIVER", "The driver that makes its volumes.", example="local"),
    Flag(
        "network",
        "",
        "list",
        "NETWORK",
        "Connect to this network; or name=NETWORK,alias=NAME,ip=…",
        aliases=("net",),
        example="backend",
        check=read_network,
    ),
    Flag(
        "network-alias", "", "list", "NAME", "Another name for the container in its network.", aliases=("net-alias",), example="db"
    ),
    Flag("ip", "", "string", "ADDRESS", "Its IPv4 address in the network.", example="172.30.100.104"),
    Flag("ip6", "", "string", "ADDRESS", "Its IPv6 address in the network.", example="2001:db8::33"),
    Flag("link-local-ip", "", "list", "ADDRESS", "A link-local address of the container.", example="169.254.34.68"),
    Flag("mac-address", "", "string", "ADDRESS", "Its MAC address.", example="92:d0:c6:0a:29:33", check=_mac),
    Flag(
        "link",
        "",
        "list",
        "CONTAINER:ALIAS",
        "Make another container known by name (a network does that better).",
        example="database:db",
        check=addresses.check_link,
    ),
    Flag(
        "add-host",
        "",
        "list",
        "NAME:ADDRESS",
        "Make a host name known; host-gateway stands for this machine.",
        example="host.docker.internal:host-gateway",
        check=addresses.read_host,
    ),
    Flag("dns", "", "list", "ADDRESS", "Ask this DNS server.", example="10.0.0.2", check=addresses.read_address),
    Flag("dns-option", "", "list", "OPTION", "An option for DNS lookups.", aliases=("dns-opt",), example="ndots:1"),
    Flag(
        "dns-search",
        "",
        "list",
        "DOMAIN",
        "Complete host names with this domain.",
        example="example.com",
        check=addresses.read_search,
    ),
    Flag("hostname", "h", "string", "NAME", "The name that the container has for itself.", example="web"),
    Flag("domainname", "", "string", "NAME", "Its NIS domain name.", example="example.com"),
    Flag("log-driver", "", "string", "DRIVER", "Where its output is kept.", example="json-file"),
    Flag("log-opt", "", "list", "NAME=VALUE", "An option of the log driver.", example="max-size=10m"),
    Flag("storage-opt", "", "list", "NAME=VALUE", "An option of the storage driver.", example="size=10G", check=limits.check_pair),
)
