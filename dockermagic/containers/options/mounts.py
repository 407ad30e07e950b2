"""The value of --mount: type=bind,src=./data,dst=/data,readonly.

Source: docker/cli, opts/mount.go; Engine API, Mount in POST /containers/create.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dockermagic.containers.options.fields import split_fields
from dockermagic.containers.options.numbers import read_bytes, read_switch
from dockermagic.containers.options.volumes import absolute, as_a_shell

Mount = dict[str, Any]
_OPTIONS = {"volume": "VolumeOptions", "image": "ImageOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions"}
_RECURSIVE = {"enabled": "", "disabled": "NonRecursive", "writable": "ReadOnlyNonRecursive", "readonly": "ReadOnlyForceRecursive"}


def read_mount(text: str, folder: Path = Path("/"), environ: Mapping[str, str] | None = None) -> Mount:
    """Read the value of --mount.

    Parameters:
        folder: what a source that begins with a dot starts from.
        environ: the environment.

    Raises:
        ValueError: says what to write.
    """
    mount: Mount = {"Type": "volume"}
    for field in split_fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if not equals and key not in ("readonly", "ro", "volume-nocopy", "bind-nonrecursive"):
            raise ValueError(f"“{field}” is no key=value; it reads type=bind,src=./data,dst=/data.")
        if key in ("source", "src"):
            value = as_a_shell(value, folder, environ or {})
            value = absolute(value, folder) if value.startswith(".") else value
        read = _KEYS.get(key)
        if read is None:
            raise ValueError(f"“{key}” is no key of --mount; the usual ones are type, src, dst and readonly.")
        read(mount, value if equals else "true")
    _check(mount)
    return _sent(mount)


def _check(mount: Mount) -> None:
    kind = mount["Type"]
    if not kind:
        raise ValueError("Its type is empty; there are bind, volume and tmpfs.")
    if not mount.get("Target"):
        raise ValueError("It names no place in the container; add dst=/path.")
    for prefix, options in _OPTIONS.items():
        if options in mount and kind != prefix:
            raise ValueError(f"The keys {prefix}-… do not go with type={kind}.")
    bind = mount.get("BindOptions", {})
    for forced, word in (("ReadOnlyNonRecursive", "writable"), ("ReadOnlyForceRecursive", "readonly")):
        if bind.get(forced) and not mount.get("ReadOnly"):
            raise ValueError(f"bind-recursive={word} needs readonly beside it.")
    if bind.get("ReadOnlyForceRecursive") and bind.get("Propagation") != "rprivate":
        raise ValueError("bind-recursive=readonly needs bind-propagation=rprivate beside it.")


def _sent(mount: Mount) -> Mount:
    """Leave out what is empty, as the command line does; the options of a kind stay even when they say nothing."""
    kept = {key: value for key, value in mount.items() if value not in ("", False)}
    for options in _OPTIONS.values():
        if options in kept:
            kept[options] = {
                key: value for key, value in kept[options].items() if value not in ("", 0, False, {}) or key == "DriverConfig"
            }
    return kept


def _options(mount: Mount, name: str) -> Mount:
    empty: Mount = {"Labels": {}, "DriverConfig": {}} if name == "VolumeOptions" else {}
    found: Mount = mount.setdefault(name, empty)
    return found


def _put(key: str, group: str = "", read: Callable[[str], Any] = str) -> Callable[[Mount, str], None]:
    def put(mount: Mount, value: str) -> None:
        (_options(mount, group) if group else mount)[key] = read(value)

    return put


def _recursive(mount: Mount, value: str) -> None:
    if value not in _RECURSIVE:
        raise ValueError(f"bind-recursive={value}: it is one of {', '.join(_RECURSIVE)}.")
    if _RECURSIVE[value]:
        _options(mount, "BindOptions")[_RECURSIVE[value]] = True


def _label(mount: Mount, value: str) -> None:
    _pair(_options(mount, "VolumeOptions")["Labels"], value)


def _driver(mount: Mount, value: str) -> None:
    driver: Mount = _options(mount, "VolumeOptions")["DriverConfig"]
    driver.pop("Name", None)
    if value:
        driver["Name"] = value


def _driver_option(mount: Mount, value: str) -> None:
    options: dict[str, str] = {}
    _pair(options, value)
    driver = _options(mount, "VolumeOptions")["DriverConfig"]
    if options:
        driver.setdefault("Options", {}).update(options)


def _pair(mapping: dict[str, str], value: str) -> None:
    name, _, text = value.partition("=")
    if name:
        mapping[name] = text


def _mode(text: str) -> int:
    if not text or set(text) - set("01234567") or len(text) > 11 or int(text, 8) >= 2**32:
        raise ValueError(f"“{text}” is no mode; they are written in octal digits, such as 1777.")
    return int(text, 8)


_KEYS: dict[str, Callable[[Mount, str], None]] = {
    "type": _put("Type", read=str.lower),
    **dict.fromkeys(("source", "src"), _put("Source")),
    **dict.fromkeys(("target", "dst", "destination"), _put("Target")),
    **dict.fromkeys(("readonly", "ro"), _put("ReadOnly", read=read_switch)),
    "consistency": _put("Consistency", read=str.lower),
    "bind-propagation": _put("Propagation", "BindOptions", str.lower),
    "bind-nonrecursive": _put("NonRecursive", "BindOptions", read_switch),
    "bind-recursive": _recursive,
    "volume-subpath": _put("Subpath", "VolumeOptions"),
    "volume-nocopy": _put("NoCopy", "VolumeOptions", read_switch),
    "volume-label": _label,
    "volume-driver": _driver,
    "volume-opt": _driver_option,
    "image-subpath": _put("Subpath", "ImageOptions"),
    "tmpfs-size": _put("SizeBytes", "TmpfsOptions", read_bytes),
    "tmpfs-mode": _put("Mode", "TmpfsOptions", _mode),
}
