"""Names of images and platforms.

Source: distribution/reference, normalize.go and regexp.go; containerd/platforms, platforms.go and database.go.
"""

from __future__ import annotations

import re

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_REFERENCE = re.compile(rf"((?:{_HOST}/)?{_PART}(?:/{_PART})*)(?::(\w[\w.-]{{0,127}}))?(?:@({_DIGEST}))?", re.ASCII)
_IDENTIFIER = re.compile(r"(?:sha256:)?[a-f0-9]{64}")
_LONGEST = 255
"""Characters of a name, its host not counted."""

_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_OS = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?")
_SYSTEMS = frozenset(
    (
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "windows",
        "zos",
    )
)
_MACHINES = frozenset(
    (
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "ppc64",
        "ppc64le",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    )
)


def check_image(image: str) -> None:
    """Refuse what is no name of an image, and no ID of one.

    Raises:
        ValueError: says what one looks like.
    """
    if _IDENTIFIER.fullmatch(image):
        return
    host, rest = _split_host(image)
    path = rest.partition(":")[0]
    if path != path.lower():
        plain = path.removeprefix("library/")
        raise ValueError(f"“{image}”: the name of an image has no capitals; write {image.replace(plain, plain.lower())}.")
    match = _REFERENCE.fullmatch(f"{host}/{rest}")
    if match is None or len(match[1]) - len(host) - 1 > _LONGEST:
        raise ValueError(f"“{image}” is no name of an image; they look like busybox, node:20 or team/app:1.0.")


def _split_host(image: str) -> tuple[str, str]:
    """Split a name at its registry, as Docker guesses it: a first part with a dot, a colon or a capital, or localhost."""
    first, slash, rest = image.partition("/")
    if slash and first == "index.docker.io":
        first = "docker.io"
    elif not slash or (first != "localhost" and not set(".:") & set(first) and first == first.lower()):
        first, rest = "docker.io", image
    return first, rest if first != "docker.io" or "/" in rest else f"library/{rest}"


def registry_of(image: str) -> str:
    """Give the host of the registry that an image comes from: "docker.io" when its name holds none."""
    return _split_host(image)[0]


def split_image(image: str) -> tuple[str, str]:
    """Split an image's name into what a registry knows it by and its tag or digest: "latest" when it has none."""
    name, at, digest = image.partition("@")
    place = name.rfind(":")
    tag = name[place + 1 :] if place > name.rfind("/") else ""
    name = name[:place] if tag else name
    return name, digest if at else tag or "latest"


def read_platform(text: str, machine: str = "amd64") -> str:
    """Read the value of --platform, and give it as the engine wants it: "linux/arm64".

    Parameters:
        machine: the architecture that an operating system alone stands for.

    Raises:
        ValueError: says what to write.
    """
    wrong = ValueError(f"“{text}” is no platform; they look like linux/amd64 or linux/arm64.")
    parts = text.split("/")
    first = _OS.fullmatch(parts[0])
    if len(parts) > 3 or first is None or not all(_WORD.fullmatch(each) for each in parts[1:]):
        raise wrong
    system = {"macos": "darwin"}.get(first[1].lower(), first[1].lower())
    if len(parts) == 3:
        found, variant = _machine(parts[1], parts[2])
        return "/".join(each for each in (system, found, variant or ("v8" if found == "arm64" else "")) if each)
    if len(parts) == 1 and system in _SYSTEMS:
        return f"{system}/{machine}"
    found, variant = _machine(parts[-1], "")
    if len(parts) == 1:
        system = "linux"
        if found not in _MACHINES:
            raise wrong
    variant = "" if (found, variant) == ("arm", "v7") else variant
    return "/".join(each for each in (system, found, variant) if each)


def _machine(name: str, variant: str) -> tuple[str, str]:
    name, variant = name.lower(), variant.lower()
    match name:
        case "i386":
            return "386", ""
        case "x86_64" | "x86-64" | "amd64":
            return "amd64", "" if variant == "v1" else variant
        case "aarch64" | "arm64":
            known = {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"}
            return "arm64", known.get(variant, variant)
        case "armhf":
            return "arm", "v7"
        case "armel":
            return "arm", "v6"
        case "arm":
            return "arm", {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"}.get(variant, variant)
    return name, variant
