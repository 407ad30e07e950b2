"""The memory of earlier builds: a small SQLite file in the user's cache directory.

1. It holds texts of Dockerfiles, names and hashes of files, and hashes of variables: no file's content, no variable's value.
2. What goes wrong with it (it is locked, damaged, full, not ours) costs the explanation, never the build: every method then gives
   nothing. A damaged file is put aside, so that the next build begins a new one.
3. It forgets: the oldest builds and keys go first.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypeVar

from dockermagic import records
from dockermagic.builds.why.past import Past, PastStep
from dockermagic.builds.why.prints import Print, Tree, digest
from dockermagic.builds.why.walk import Known

__all__ = ["Memory", "default_path"]

VERSION = 2
PATIENCE = 0.5
"""Seconds to wait for another kernel that writes."""
BUILDS, KEYS, ROOTS = 400, 20_000, 12
NEAR = 0.4
"""How alike two Dockerfiles have to be, from 0 to 1, to be the same one at two times."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS builds (
    id INTEGER PRIMARY KEY, engine TEXT, project TEXT, tags TEXT, texts TEXT, steps BLOB, tree TEXT, created REAL);
CREATE INDEX IF NOT EXISTS builds_of ON builds (engine, project, id);
CREATE TABLE IF NOT EXISTS trees (id TEXT PRIMARY KEY, files BLOB);
CREATE TABLE IF NOT EXISTS keys (engine TEXT, key TEXT, record TEXT, used REAL, PRIMARY KEY (engine, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warm (root TEXT PRIMARY KEY, files BLOB, used REAL);
"""

T = TypeVar("T")


def default_path() -> Path:
    """Give where the memory lies."""
    from platformdirs import user_cache_path

    return user_cache_path("dockermagic") / "builds.sqlite"


class Memory:
    """The memory.

    Parameters:
        path: its file; made when it is first needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""

    def known(self, engine: str, keys: Iterable[str]) -> dict[str, str]:
        """Give those of the keys that were built on an engine, with the names of their cache records."""

        def ask(base: sqlite3.Connection) -> dict[str, str]:
            found = {}
            for key in set(keys):
                row = base.execute("SELECT record FROM keys WHERE engine = ? AND key = ?", (engine, key)).fetchone()
                if row is not None:
                    found[key] = str(row[0])
            return found

        return self._with(ask, {})

    def latest(self, engine: str, project: str, texts: tuple[str, ...], tags: tuple[str, ...]) -> Past | None:
        """Give the earlier build that is most like this one: of the same project, alike in text; tags decide between equals."""

        def ask(base: sqlite3.Connection) -> Past | None:
            rows = base.execute(
                "SELECT id, tags, texts FROM builds WHERE engine = ? AND project = ? ORDER BY id DESC LIMIT 25", (engine, project)
            ).fetchall()
            best, chosen = 0.0, None
            for number, named, written in rows:
                old = tuple(json.loads(written))
                likeness = _likeness(old, texts)
                same = bool(tags) and json.loads(named) == list(tags)
                if (same or likeness >= NEAR) and likeness + same / 2 > best:
                    best, chosen = likeness + same / 2, number
            return None if chosen is None else _past(base, chosen)

        return self._with(ask, None)

    def keep(
        self, engine: str, project: str, tags: tuple[str, ...], past: Past, keys: Mapping[str, str], lost: Iterable[str] = ()
    ) -> None:
        """Remember a build.

        Parameters:
            keys: the steps that are in the cache now, with their records ("" where not known: what is known stays);
            lost: the keys whose records are no longer true, because the step is not in the cache or has another record now.
        """

        def write(base: sqlite3.Connection) -> None:
            files = json.dumps([past.tree.files, sorted(past.tree.doubts)])
            name = digest(files)
            if base.execute("SELECT 1 FROM trees WHERE id = ?", (name,)).fetchone() is None:
                base.execute("INSERT INTO trees VALUES (?, ?)", (name, zlib.compress(files.encode(), 1)))
            steps = zlib.compress(json.dumps([records.plain(each) for each in past.steps]).encode(), 1)
            row = (engine, project, json.dumps(tags), json.dumps(past.texts), steps, name, past.created)
            base.execute(
                "INSERT INTO builds (engine, project, tags, texts, steps, tree, created) VALUES (?, ?, ?, ?, ?, ?, ?)", row
            )
            base.executemany("DELETE FROM keys WHERE engine = ? AND key = ?", [(engine, key) for key in lost])
            base.executemany(
                "INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (engine, key) DO UPDATE SET used = excluded.used, "
                "record = CASE WHEN excluded.record = '' "
                "OR (excluded.record LIKE 'below %' AND record != '' AND record NOT LIKE 'below %') "
                "THEN record ELSE excluded.record END",
                [(engine, key, each, past.created) for key, each in keys.items()],
            )
            _forget(base)

        self._with(write, None)

    def warm(self, root: str) -> Known:
        """Give the fingerprints of a folder's files, for those that have not changed since."""

        def ask(base: sqlite3.Connection) -> Known:
            row = base.execute("SELECT files FROM warm WHERE root = ?", (root,)).fetchone()
            if row is None:
                return {}
            return {path: (tuple(stamp), Print(*seen)) for path, stamp, seen in json.loads(zlib.decompress(row[0]))}

        return self._with(ask, {})

    def keep_warm(self, root: str, known: Known) -> None:
        """Remember the fingerprints of a folder's files."""

        def write(base: sqlite3.Connection) -> None:
            files = json.dumps([(path, stamp, seen) for path, (stamp, seen) in known.items()])
            base.execute("INSERT OR REPLACE INTO warm VALUES (?, ?, ?)", (root, zlib.compress(files.encode(), 1), time.time()))
            base.execute("DELETE FROM warm WHERE root NOT IN (SELECT root FROM warm ORDER BY used DESC LIMIT ?)", (ROOTS,))

        self._with(write, None)

    def _with(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do something with the file; whatever is wrong with it, nothing but the answer is lost."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self.path, timeout=PATIENCE)) as base:
                base.execute("PRAGMA synchronous = OFF")
                if base.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    _make(base, self.path)
                with base:
                    return work(base)
        except sqlite3.OperationalError as error:  # locked, full, not to be written
            self.trouble = str(error)
        except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, KeyError, LookupError, RecursionError) as error:
            self.trouble = str(error)
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_suffix(".damaged"))
        except OSError as error:
            self.trouble = error.strerror or str(error)
        return otherwise


def _make(base: sqlite3.Connection, path: Path) -> None:
    """Make the tables; those of another version are given up."""
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
        base.execute(f'DROP TABLE "{str(name).replace(chr(34), "")}"')
    base.executescript(_SCHEMA)
    base.execute(f"PRAGMA user_version = {VERSION}")
    with contextlib.suppress(OSError):
        os.chmod(path, 0o600)


def _likeness(old: tuple[str, ...], new: tuple[str, ...]) -> float:
    """Say how alike two Dockerfiles are, from 0 to 1; that they begin with the same image alone makes them no relatives."""
    if old == new:
        return 1.0
    before, after = ([each for each in texts if not each.upper().startswith("FROM ")] for texts in (old, new))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def _past(base: sqlite3.Connection, number: int) -> Past:
    texts, steps, tree, created = base.execute("SELECT texts, steps, tree, created FROM builds WHERE id = ?", (number,)).fetchone()
    row = base.execute("SELECT files FROM trees WHERE id = ?", (tree,)).fetchone()
    files, doubts = json.loads(zlib.decompress(row[0]))
    prints = {path: Print(*seen) for path, seen in files.items()}
    revived: list[Any] = json.loads(zlib.decompress(steps))
    return Past(
        tuple(json.loads(texts)), tuple(records.revive(PastStep, each) for each in revived), Tree.of(prints, doubts), float(created)
    )


def _forget(base: sqlite3.Connection) -> None:
    base.execute("DELETE FROM builds WHERE id <= (SELECT MAX(id) FROM builds) - ?", (BUILDS,))
    base.execute("DELETE FROM trees WHERE id NOT IN (SELECT tree FROM builds)")
    if base.execute("SELECT COUNT(*) FROM keys").fetchone()[0] > KEYS * 1.1:
        base.execute("DELETE FROM keys WHERE used < (SELECT used FROM keys ORDER BY used DESC LIMIT 1 OFFSET ?)", (KEYS,))
