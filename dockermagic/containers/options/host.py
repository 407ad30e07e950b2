"""The second part of a new container's configuration: what this machine gives it (HostConfig in the Engine API).

The keys, and which of them are left out when empty, are those that the docker command line sends.
Source: docker/cli, cli/command/container/opts.go (parse); docker/docker, client/container_create.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dockermagic.containers.options import devices, limits
from dockermagic.containers.options.addresses import read_address, read_host, read_search
from dockermagic.containers.options.fields import pairs
from dockermagic.containers.options.files import read_file
from dockermagic.containers.options.mounts import read_mount
from dockermagic.containers.options.numbers import read_bytes, read_cpus, read_swap
from dockermagic.containers.options.volumes import tmpfs
from dockermagic.errors import UsageError
from dockermagic.flags import Parsed


def host_config(parsed: Parsed, folder: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Give HostConfig, without its ports, volumes and network.

    Parameters:
        folder: what relative paths start from.
        environ: the environment.

    Raises:
        UsageError: options contradict each other, or a file cannot be read.
    """
    return {
        **_general(parsed),
        **_isolation(parsed, folder),
        **_resources(parsed),
        **_devices(parsed),
        **_windows(parsed),
        **_left_out_when_empty(parsed, folder, environ),
    }


def _general(parsed: Parsed) -> dict[str, Any]:
    driver, options = parsed.text("log-driver"), parsed.list("log-opt")
    if driver == "none" and options:
        raise UsageError("--log-driver none takes no --log-opt.", "Leave one of them out.")
    restart = limits.read_restart(parsed.text("restart"))
    if parsed.on("rm") and restart["Name"] not in ("", "no"):
        raise UsageError(
            "--rm and --restart cannot go together: what is removed cannot be started again.", "Leave one of them out."
        )
    return {
        "ContainerIDFile": parsed.text("cidfile"),
        "LogConfig": {"Type": driver, "Config": pairs(options)},
        "RestartPolicy": restart,
        "AutoRemove": parsed.on("rm"),
        "VolumeDriver": parsed.text("volume-driver"),
        "VolumesFrom": list(parsed.list("volumes-from")) or None,
        "ConsoleSize": [0, 0],
        "Dns": [read_address(each) for each in parsed.list("dns")],
        "DnsOptions": list(parsed.list("dns-option")),
        "DnsSearch": [read_search(each) for each in parsed.list("dns-search")],
        "ExtraHosts": [read_host(each) for each in parsed.list("add-host")] or None,
        "Links": list(parsed.list("link")) or None,
        "PublishAllPorts": parsed.on("publish-all"),
        "OomScoreAdj": parsed.number("oom-score-adj"),
    }


def _isolation(parsed: Parsed, folder: Path) -> dict[str, Any]:
    def profile(path: str) -> str:
        return read_file("--security-opt", path, folder).decode()

    try:
        security, masked = limits.security(parsed.list("security-opt"), profile)
    except (ValueError, RecursionError):
        raise UsageError(
            "--security-opt seccomp=FILE: the file holds no JSON.", "See Docker's default profile for an example."
        ) from None
    return {
        "CapAdd": _capabilities(parsed.list("cap-add")),
        "CapDrop": _capabilities(parsed.list("cap-drop")),
        "CgroupnsMode": parsed.text("cgroupns"),
        "GroupAdd": list(parsed.list("group-add")) or None,
        "IpcMode": parsed.text("ipc"),
        "Cgroup": "",
        "PidMode": parsed.text("pid"),
        "Privileged": parsed.on("privileged"),
        "ReadonlyRootfs": parsed.on("read-only"),
        "SecurityOpt": security,
        "UTSMode": parsed.text("uts"),
        "UsernsMode": parsed.text("userns"),
        "Isolation": parsed.text("isolation"),
        "MaskedPaths": masked,
        "ReadonlyPaths": masked,
    }


def _capabilities(names: Iterable[str]) -> list[str] | None:
    """Write capabilities as the engine names them, each once, sorted."""
    capitals = {each.upper() for each in names}
    return sorted({each if each == "ALL" or each.startswith("CAP_") else f"CAP_{each}" for each in capitals}) or None


def _bytes(parsed: Parsed, flag: str) -> int:
    return read_bytes(parsed.text(flag)) if flag in parsed.given else 0


def _resources(parsed: Parsed) -> dict[str, Any]:
    ulimits = {limit["Name"]: limit for limit in map(limits.read_ulimit, parsed.list("ulimit"))}
    return {
        "ShmSize": _bytes(parsed, "shm-size"),
        "CpuShares": parsed.number("cpu-shares"),
        "Memory": _bytes(parsed, "memory"),
        "NanoCpus": read_cpus(parsed.text("cpus")) if "cpus" in parsed.given else 0,
        "CgroupParent": parsed.text("cgroup-parent"),
        "BlkioWeight": parsed.number("blkio-weight"),
        "CpuPeriod": parsed.number("cpu-period"),
        "CpuQuota": parsed.number("cpu-quota"),
        "CpuRealtimePeriod": parsed.number("cpu-rt-period"),
        "CpuRealtimeRuntime": parsed.number("cpu-rt-runtime"),
        "CpusetCpus": parsed.text("cpuset-cpus"),
        "CpusetMems": parsed.text("cpuset-mems"),
        "MemoryReservation": _bytes(parsed, "memory-reservation"),
        "MemorySwap": read_swap(parsed.text("memory-swap")) if "memory-swap" in parsed.given else 0,
        "MemorySwappiness": parsed.number("memory-swappiness"),
        "OomKillDisable": parsed.on("oom-kill-disable"),
        "PidsLimit": parsed.number("pids-limit"),
        "Ulimits": [ulimits[name] for name in sorted(ulimits)],
    }


def _devices(parsed: Parsed) -> dict[str, Any]:
    named = [each for each in parsed.list("device") if devices.is_qualified(each)]
    requests = [devices.read_gpus(each) for each in parsed.list("gpus")]
    if named:
        requests.append({"Driver": "cdi", "Count": 0, "DeviceIDs": named, "Capabilities": None, "Options": None})
    return {
        "BlkioWeightDevice": [devices.read_weight(each) for each in parsed.list("blkio-weight-device")],
        "BlkioDeviceReadBps": [devices.read_rate(each) for each in parsed.list("device-read-bps")],
        "BlkioDeviceWriteBps": [devices.read_rate(each) for each in parsed.list("device-write-bps")],
        "BlkioDeviceReadIOps": [devices.read_operations(each) for each in parsed.list("device-read-iops")],
        "BlkioDeviceWriteIOps": [devices.read_operations(each) for each in parsed.list("device-write-iops")],
        "Devices": [found for found in map(devices.read_device, parsed.list("device")) if found is not None],
        "DeviceCgroupRules": list(parsed.list("device-cgroup-rule")) or None,
        "DeviceRequests": requests or None,
    }


def _windows(parsed: Parsed) -> dict[str, Any]:
    return {
        "CpuCount": parsed.number("cpu-count"),
        "CpuPercent": parsed.number("cpu-percent"),
        "IOMaximumIOps": parsed.number("io-maxiops"),
        "IOMaximumBandwidth": _bytes(parsed, "io-maxbandwidth"),
    }


def _left_out_when_empty(parsed: Parsed, folder: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Annotations": pairs(parsed.list("annotation")),
        "KernelMemory": _bytes(parsed, "kernel-memory"),
        "Mounts": [read_mount(each, folder, environ) for each in parsed.list("mount")],
        "Runtime": parsed.text("runtime"),
        "StorageOpt": pairs(parsed.list("storage-opt")),
        "Sysctls": pairs(parsed.list("sysctl")),
        "Tmpfs": tmpfs(parsed.list("tmpfs")),
        "Init": parsed.on("init") if "init" in parsed.given else None,
    }
    return {key: value for key, value in found.items() if value or value is False}
