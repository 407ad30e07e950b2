"""Devices: --device, --device-cgroup-rule, the rates and weights of block devices, and --gpus.

Source: docker/cli, cli/command/container/opts.go, opts/throttledevice.go, weightdevice.go and gpus.go.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from dockermagic.containers.options.fields import pairs, split_fields
from dockermagic.containers.options.numbers import read_bytes, read_integer, read_unsigned

_RULE = re.compile(r"[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}", re.ASCII)
_QUALIFIED = re.compile(
    r"[a-zA-Z](?:[\w.-]*[a-zA-Z0-9])?/[a-zA-Z](?:[\w.-]*[a-zA-Z0-9])?=[a-zA-Z0-9](?:[\w.:-]*[a-zA-Z0-9])?", re.ASCII
)


def is_qualified(text: str) -> bool:
    """Say whether a device is named by vendor, class and name, as the Container Device Interface does: vendor.com/class=name."""
    return _QUALIFIED.fullmatch(text) is not None


def read_device(text: str) -> dict[str, str] | None:
    """Read the value of --device: HOST[:CONTAINER][:PERMISSIONS]; None when it is a qualified name.

    Raises:
        ValueError: says what to write.
    """
    if is_qualified(text):
        return None
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        raise ValueError(f"“{text}” does not read DEVICE, DEVICE:PATH or DEVICE:PATH:rwm.")
    if len(parts) == 3:
        host, inside, permissions = parts
    elif len(parts) == 1 or _mode(parts[1]):
        host = inside = _clean(parts[0])
        permissions = parts[1] if len(parts) == 2 else "rwm"
    else:
        host, inside, permissions = parts[0], _clean(parts[1]), "rwm"
    if not _mode(permissions):
        raise ValueError(f"“{permissions}” says nothing about permissions; they are written with r, w and m.")
    if not inside.startswith("/"):
        raise ValueError(f"“{inside}” is no absolute path; devices look like /dev/null.")
    return {"PathOnHost": host, "PathInContainer": inside, "CgroupPermissions": permissions}


def _mode(text: str) -> bool:
    return 0 < len(text) == len(set(text)) and not set(text) - set("rwm")


def _clean(path: str) -> str:
    clean = posixpath.normpath(path)
    return clean[1:] if clean.startswith("//") else clean


def check_rule(text: str) -> None:
    """Refuse what --device-cgroup-rule does not take."""
    if not _RULE.fullmatch(text):
        raise ValueError(f"“{text}” does not read TYPE MAJOR:MINOR MODE, as in 'c 42:* rmw'.")


def _device(text: str) -> tuple[str, str]:
    path, colon, value = text.partition(":")
    if not colon or not path.startswith("/dev/"):
        raise ValueError(f"“{text}” does not read /dev/NAME:NUMBER.")
    return path, value


def read_rate(text: str) -> dict[str, Any]:
    """Read a device and bytes per second: /dev/sda:1mb."""
    path, value = _device(text)
    return {"Path": path, "Rate": read_bytes(value)}


def read_operations(text: str) -> dict[str, Any]:
    """Read a device and operations per second: /dev/sda:1000."""
    path, value = _device(text)
    return {"Path": path, "Rate": read_unsigned(value, 2**64 - 1)}


def read_weight(text: str) -> dict[str, Any]:
    """Read a device and its weight: /dev/sda:300."""
    path, value = _device(text)
    weight = read_unsigned(value, 2**16 - 1)
    if weight and not 10 <= weight <= 1000:
        raise ValueError(f"The weight {weight} is not between 10 and 1000.")
    return {"Path": path, "Weight": weight}


def read_gpus(text: str) -> dict[str, Any]:
    """Read the value of --gpus: all, a number, or device=0,capabilities=utility.

    Raises:
        ValueError: says what to write.
    """
    given: dict[str, str] = {}
    seen: set[str] = set()
    for field in split_fields(text):
        key, equals, value = field.partition("=")
        if key in seen:
            raise ValueError(f"“{key}” is said twice.")
        seen.add(key)
        if not equals:
            key, value = "count", key
            seen.add(key)
        if key not in ("driver", "count", "device", "capabilities", "options"):
            raise ValueError(f"“{key}” is no key of --gpus; there are count, device, driver, capabilities and options.")
        if key == "count":
            _count(value)
        given[key] = value
    devices = given["device"].split(",") if "device" in given else None
    return {
        "Driver": given.get("driver", ""),
        "Count": _count(given["count"]) if "count" in given else int(devices is None),
        "DeviceIDs": devices,
        "Capabilities": [[*(given["capabilities"].split(",") if "capabilities" in given else ()), "gpu"]],
        "Options": pairs(split_fields(given["options"])) if "options" in given else {},
    }


def _count(text: str) -> int:
    try:
        return -1 if text == "all" else read_integer(text)
    except ValueError:
        raise ValueError(f"“{text}” is no number of GPUs; write all, or a whole number.") from None
