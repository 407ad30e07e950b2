"""Go templates over plain data: what `--format` and `inspect --format` are written in.

Rules, as Go's text/template/exec.go has them:
1. A field is looked for in a mapping by its name, then in any case: the engine's JSON spells some otherwise than the CLI.
2. What is not there is an error, as with the CLI; a null is printed as `<no value>`, inside a list as `<nil>`.
3. The value before a `|` is the last argument of what follows it.
4. False, 0, nil, and empty text, lists and mappings do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dockermagic.commands.template_functions import FUNCTIONS, printed, truth
from dockermagic.commands.template_nodes import Block, Call, Chain, Constant, Node, Output, Pipe, Reference, Text, parse_template
from dockermagic.errors import UsageError

__all__ = ["render"]

_MOST = 5_000_000
"""Characters that a template may make: `range` in `range` can ask for any number."""


class _Leave(Exception):
    """`break` or `continue`."""


@lru_cache(maxsize=64)
def _parsed(template: str) -> tuple[Node, ...]:
    return parse_template(template)


def render(template: str, data: Any, functions: Mapping[str, Callable[..., Any]] | None = None) -> str:
    """Fill in a template.

    Parameters:
        data: the dot: mappings with text as keys, sequences, text, numbers, and functions for what the CLI has as a method.
        functions: more functions, by name.

    Raises:
        UsageError: the template cannot be read, or asks for what is not there.
    """
    run = _Run(template, {**FUNCTIONS, **(functions or {})}, {"$": data})
    try:
        run.nodes(_parsed(template), data)
    except _Leave:
        raise UsageError(
            "--format: break and continue belong inside a range.", "Put them between {{range …}} and {{end}}."
        ) from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"--format: {error} in “{template[:200]}”.", "See the fields that there are with --format json."
        ) from error
    return "".join(run.parts)


@dataclass(slots=True)
class _Run:
    template: str
    functions: Mapping[str, Callable[..., Any]]
    variables: dict[str, Any]
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def write(self, text: str) -> None:
        self.size += len(text)
        if self.size > _MOST:
            raise ValueError("more than 5 million characters of output")
        self.parts.append(text)

    def nodes(self, nodes: Iterable[Node], dot: Any) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self.write(node.text)
            elif isinstance(node, Output):
                value = self.pipe(node.pipe, dot)
                if not node.pipe.names:
                    self.write("<no value>" if value is None else printed(value))
            else:
                self.block(node, dot)

    def block(self, block: Block, dot: Any) -> None:
        if block.pipe is None:
            raise _Leave(block.keyword)
        outer = dict(self.variables)
        try:
            if block.keyword == "range":
                self.each(block, block.pipe, dot)
                return
            value = self.pipe(block.pipe, dot)
            if truth(value):
                self.nodes(block.body, value if block.keyword == "with" else dot)
            else:
                self.nodes(block.otherwise, dot)
        finally:
            self.variables = {name: self.variables.get(name, value) for name, value in outer.items()}

    def each(self, block: Block, pipe: Pipe, dot: Any) -> None:
        value = self.pipe(Pipe(pipe.calls), dot)
        pairs = _pairs(value)
        if not pairs:
            self.nodes(block.otherwise, dot)
        for key, item in pairs:
            if len(pipe.names) == 2:
                self.variables.update({pipe.names[0]: key, pipe.names[1]: item})
            elif pipe.names:
                self.variables[pipe.names[0]] = item
            try:
                self.nodes(block.body, item)
            except _Leave as leave:
                if str(leave) == "break":
                    return

    def pipe(self, pipe: Pipe, dot: Any) -> Any:
        value: tuple[Any, ...] = ()
        for call in pipe.calls:
            value = (self.call(call, dot, value),)
        for name in pipe.names:
            if not pipe.declares and name not in self.variables:
                raise ValueError(f"undefined variable {name}")
            self.variables[name] = value[0]
        return value[0]

    def call(self, call: Call, dot: Any, last: tuple[Any, ...]) -> Any:
        first, *rest = call.operands
        if isinstance(first, Reference) and first.name in ("and", "or"):  # these two stop at the first value that decides
            return self.decided(first.name, rest, dot, last)
        arguments = [*(self.operand(each, dot) for each in rest), *last]
        if isinstance(first, Reference) and first.name and not first.name.startswith("$"):
            function = self.functions.get(first.name)
            if function is None:
                raise ValueError(f'function "{first.name}" is not defined')
            return function(*arguments)
        return self.operand(first, dot, arguments)

    def decided(self, word: str, operands: Sequence[Any], dot: Any, last: tuple[Any, ...]) -> Any:
        if not operands and not last:
            raise ValueError(f"{word} needs a value")
        value: Any = None
        for operand in operands:
            value = self.operand(operand, dot)
            if truth(value) == (word == "or"):
                return value
        return last[0] if last else value

    def operand(self, operand: Any, dot: Any, arguments: Sequence[Any] = ()) -> Any:
        if isinstance(operand, Chain):
            value = self.operand(operand.base, dot)
            for name in operand.fields[:-1]:
                value = _called(_field(value, name), ())
            return _called(_field(value, operand.fields[-1]), arguments)
        if arguments:
            raise ValueError("arguments for what is no function")
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, Pipe):
            return self.pipe(operand, dot)
        if not operand.name:
            return dot
        if not operand.name.startswith("$"):
            return self.call(Call((operand,)), dot, ())
        if operand.name not in self.variables:
            raise ValueError(f'undefined variable "{operand.name}"')
        return self.variables[operand.name]


def _called(value: Any, arguments: Sequence[Any]) -> Any:
    if callable(value):
        return value(*arguments)
    if arguments:
        raise ValueError("a field takes no arguments")
    return value


def _field(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        for key in value:
            if isinstance(key, str) and key.lower() == name.lower():
                return value[key]
        raise ValueError(f'there is no field "{name}"')
    if value is None:
        raise ValueError(f'there is no field "{name}" in a value that is not there')
    raise ValueError(f'there is no field "{name}" in {printed(value)[:60]}')


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return sorted(value.items(), key=lambda pair: str(pair[0]))
    if isinstance(value, bool) or not isinstance(value, int | Sequence) or isinstance(value, str):
        raise ValueError(f"range cannot go over {printed(value)[:60]}")
    if isinstance(value, int):
        if value > _MOST:
            raise ValueError("a range over more than 5 million")
        return [(number, number) for number in range(value)]
    return list(enumerate(value))
