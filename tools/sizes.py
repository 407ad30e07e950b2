"""Check the sizes that keep a room liveable: a file of about 250 lines, a function of about 40.

"About" is a tenth. Docstrings of functions do not count: they are for the reader, and may be as long as he needs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 275
FUNCTION_LINES = 44
ROOMS = ("dockermagic", "labextension", "tests", "tools")
SUFFIXES = (".py", ".js", ".mjs", ".ts", ".css")
NOT_OURS = ("vendor", "recordings", "dockerfiles")


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    first = node.body[0]
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def too_big(path: Path) -> Iterator[str]:
    """Name what in a file is too big."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines, more than {FILE_LINES}"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text, str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and function_lines(node) > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {function_lines(node)} lines, more than {FUNCTION_LINES}"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    files = [path for room in ROOMS for path in sorted((root / room).rglob("*")) if path.suffix in SUFFIXES]
    files = [path for path in files if not any(part in NOT_OURS for part in path.parts)]
    found = [line for path in files for line in too_big(path)]
    for line in found:
        print(line.removeprefix(f"{root}/"))
    print(f"sizes: {len(files)} files, {len(found)} too big")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
