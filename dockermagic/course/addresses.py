"""Asking a web address of this machine."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

__all__ = ["fetch"]

MOST_READ = 1 << 20


def fetch(url: str) -> tuple[int, str, str]:
    """Give an answer's status and text, or why there is none.

    Raises:
        ValueError: that is no web address.
    """
    if not re.match(r"https?://", url):
        raise ValueError(f"{url!r} is no web address: http://localhost:8080")
    # No proxy: what is asked for is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=3) as answer:
            return answer.status, answer.read(MOST_READ).decode("utf-8", "replace"), ""
    except urllib.error.HTTPError as error:
        return error.code, error.read(MOST_READ).decode("utf-8", "replace"), ""
    except (OSError, ValueError) as error:
        return 0, "", str(getattr(error, "reason", error))
