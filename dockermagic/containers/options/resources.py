"""The flags of a container that limit it, let it at devices, or loosen and tighten its isolation."""

from __future__ import annotations

from dockermagic.containers.options import devices, limits
from dockermagic.containers.options.numbers import read_bytes, read_cpus, read_swap, read_unsigned
from dockermagic.flags import Flag


def _io_operations(text: str) -> None:
    if text.isdigit():
        read_unsigned(text, 2**64 - 1)


def _device(name: str, metavar: str, text: str, example: str, read: object) -> Flag:
    return Flag(f"device-{name}", "", "list", metavar, text, example=example, check=read)  # type: ignore[arg-type] # the readers give different things


FLAGS = (
    Flag("memory", "m", "string", "BYTES", "The most memory it may use.", example="512m", check=read_bytes),
    Flag(
        "memory-reservation",
        "",
        "string",
        "BYTES",
        "The memory that it is left when memory is short.",
        example="256m",
        check=read_bytes,
    ),
    Flag("memory-swap", "", "string", "BYTES", "Memory and swap together; -1 for no limit.", example="1g", check=read_swap),
    Flag(
        "memory-swappiness",
        "",
        "int",
        "N",
        "How readily its memory is swapped, 0 to 100.",
        default=-1,
        example="60",
        check=limits.check_swappiness,
    ),
    Flag(
        "kernel-memory", "", "string", "BYTES", "The most kernel memory it may use (old engines).", example="50m", check=read_bytes
    ),
    Flag("oom-kill-disable", "", "bool", help="Do not kill it when memory runs out."),
    Flag(
        "oom-score-adj", "", "int", "N", "How early it is killed when the machine's memory runs out, -1000 to 1000.", example="500"
    ),
    Flag("cpus", "", "string", "N", "How many processors it may use.", example="1.5", check=read_cpus),
    Flag("cpu-shares", "c", "int", "N", "Its share of the processors when they are busy; 1024 is usual.", example="512"),
    Flag("cpu-period", "", "int", "MICROSECONDS", "The period of the processor limit.", example="100000"),
    Flag("cpu-quota", "", "int", "MICROSECONDS", "The processor time that it has in each period.", example="50000"),
    Flag("cpu-rt-period", "", "int", "MICROSECONDS", "The period of the real-time limit.", example="1000000"),
    Flag("cpu-rt-runtime", "", "int", "MICROSECONDS", "The real-time processor time in each period.", example="950000"),
    Flag("cpuset-cpus", "", "string", "LIST", "The processors that it may use.", example="0-1"),
    Flag("cpuset-mems", "", "string", "LIST", "The memory nodes that it may use.", example="0"),
    Flag("pids-limit", "", "int", "N", "The most processes it may have; -1 for no limit.", example="100"),
    Flag(
        "ulimit", "", "list", "NAME=SOFT[:HARD]", "A limit of its processes.", example="nofile=1024:2048", check=limits.read_ulimit
    ),
    Flag("shm-size", "", "string", "BYTES", "The size of /dev/shm.", example="64m", check=read_bytes),
    Flag(
        "blkio-weight", "", "int", "N", "Its share of the disks, 10 to 1000; 0 for none.", example="300", check=limits.check_small
    ),
    Flag(
        "blkio-weight-device", "", "list", "DEVICE:N", "Its share of one disk.", example="/dev/sda:300", check=devices.read_weight
    ),
    _device("read-bps", "DEVICE:BYTES", "The most bytes a second it may read from a disk.", "/dev/sda:1mb", devices.read_rate),
    _device("write-bps", "DEVICE:BYTES", "The most bytes a second it may write to a disk.", "/dev/sda:1mb", devices.read_rate),
    _device("read-iops", "DEVICE:N", "The most reads a second from a disk.", "/dev/sda:1000", devices.read_operations),
    _device("write-iops", "DEVICE:N", "The most writes a second to a disk.", "/dev/sda:1000", devices.read_operations),
    Flag(
        "device", "", "list", "DEVICE[:PATH]", "Let it at a device of this machine.", example="/dev/null", check=devices.read_device
    ),
    Flag("device-cgroup-rule", "", "list", "RULE", "Allow a kind of device.", example="c 42:* rmw", check=devices.check_rule),
    Flag("gpus", "", "list", "REQUEST", "Let it at the GPUs: all, a number, or device=0.", example="all", check=devices.read_gpus),
    Flag("read-only", "", "bool", help="Nothing in the container's own file system can be written."),
    Flag("privileged", "", "bool", help="Let it do nearly everything on this machine."),
    Flag("cap-add", "", "list", "CAPABILITY", "Give it a right of the Linux kernel.", example="NET_ADMIN"),
    Flag("cap-drop", "", "list", "CAPABILITY", "Take one away.", example="ALL"),
    Flag(
        "security-opt",
        "",
        "list",
        "OPTION",
        "A security option: no-new-privileges, seccomp=FILE, apparmor=PROFILE…",
        example="no-new-privileges",
        check=limits.check_security,
    ),
    Flag(
        "sysctl",
        "",
        "list",
        "NAME=VALUE",
        "A kernel setting of its own.",
        example="net.core.somaxconn=1024",
        check=limits.check_sysctl,
    ),
    Flag("userns", "", "string", "MODE", "host: share this machine's user numbers.", example="host", check=limits.check_userns),
    Flag("pid", "", "string", "MODE", "Whose processes it sees: host, or container:NAME.", example="host", check=limits.check_pid),
    Flag(
        "ipc", "", "string", "MODE", "Whose shared memory it sees: private, shareable, host, none, container:NAME.", example="host"
    ),
    Flag("uts", "", "string", "MODE", "host: share this machine's host name.", example="host", check=limits.check_uts),
    Flag(
        "cgroupns",
        "",
        "string",
        "MODE",
        "Whose control groups it sees: private or host.",
        example="private",
        check=limits.check_cgroupns,
    ),
    Flag("cgroup-parent", "", "string", "PATH", "The control group above it.", example="/limited"),
    Flag("isolation", "", "string", "KIND", "How Windows isolates it.", example="default"),
    Flag("runtime", "", "string", "NAME", "The runtime that carries it out.", example="runc"),
    Flag("cpu-count", "", "int", hidden=True),
    Flag("cpu-percent", "", "int", hidden=True),
    Flag("io-maxiops", "", "int", hidden=True, check=_io_operations),
    Flag("io-maxbandwidth", "", "string", hidden=True, check=read_bytes),
)
