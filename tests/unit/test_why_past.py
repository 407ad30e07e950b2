"""What is known of an engine's cache from its records and from earlier builds."""

from __future__ import annotations

from dockermagic.builds.why.past import WITNESS, Seen


def test_of_an_empty_cache_all_is_gone() -> None:
    seen = Seen({"own": "a", "unknown": "", "above": f"{WITNESS}a"}, frozenset())
    assert [seen.gone(key) for key in ("own", "unknown", "above", "never")] == [True, True, True, None]
    other = Seen(seen.keys, frozenset({"b"}))
    assert [other.gone(key) for key in ("own", "unknown", "above", "never")] == [True, None, None, None]
