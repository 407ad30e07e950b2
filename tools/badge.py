"""Make the README's badge that opens the course on Binder, from `binder/launch.json` and where the repository lies.

python tools/badge.py [ADDRESS] [--write]      the address of the remote `origin` unless told

ADDRESS is a repository on GitHub, GitLab.com or, as Binder takes any, elsewhere with https. With --write the badge stands below the
README's heading, in the place of an earlier one; else it is printed. The source is BinderHub's API (/v2/gh, /v2/gl, /v2/git).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).parents[1]
PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}
REMOTE = re.compile(r"(?:https://|ssh://)?(?:[^@/]+@)?([\w.-]+\.[a-z]+)[:/](.+?)(?:\.git)?/?")


def link(address: str, launch: Mapping[str, str]) -> str:
    """Give the link that launches a repository.

    Parameters:
        address: of the repository, as git takes it: https or ssh.

    Raises:
        ValueError: it is none that Binder could clone.
    """
    found = REMOTE.fullmatch(address)
    if found is None:
        raise ValueError(f"Binder cannot clone {address!r}: name a repository that is on the web, https://HOST/OWNER/REPOSITORY")
    host, path = found.groups()
    provider = PROVIDERS.get(host, "git")
    spec = {"gh": path, "gl": quote(path, safe=""), "git": quote(f"https://{host}/{path}", safe="")}[provider]
    return f"{launch['service']}/v2/{provider}/{spec}/{launch['ref']}?{urlencode({'urlpath': launch['urlpath']})}"


def badge(address: str, launch: Mapping[str, str]) -> str:
    """Give the badge, in Markdown."""
    return f"[![{launch['title']}]({launch['service']}/badge_logo.svg)]({link(address, launch)})"


def with_badge(readme: str, line: str, service: str) -> str:
    """Put a badge below a README's heading, in the place of an earlier one."""
    lines = [each for each in readme.splitlines() if f"]({service}/badge_logo.svg)](" not in each]
    rest = lines[1:]
    while rest and not rest[0]:
        rest = rest[1:]
    return "\n".join([lines[0], "", line, "", *rest, ""])


def main(words: Sequence[str] | None = None) -> int:
    """Print the badge, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help="the repository's")
    parser.add_argument("--write", action="store_true", help="into the README")
    asked = parser.parse_args(words)
    launch = json.loads((ROOT / "binder/launch.json").read_text())
    known = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    address = asked.address or subprocess.run(known, capture_output=True, text=True, check=False).stdout.strip()
    try:
        line = badge(address, launch)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    readme = ROOT / "README.md"
    if asked.write:
        readme.write_text(with_badge(readme.read_text(encoding="utf-8"), line, launch["service"]), encoding="utf-8")
    else:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
