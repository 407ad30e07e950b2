"""Go templates, read into a tree. Source: Go's text/template/parse/parse.go."""

from __future__ import annotations

from dataclasses import dataclass, field

from dockermagic.commands.template_words import Action, Word, actions, refused, string

__all__ = ["Block", "Call", "Chain", "Constant", "Node", "Output", "Pipe", "Reference", "Text", "parse_template"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; `None` stands for nil."""

    value: object


@dataclass(frozen=True, slots=True)
class Reference:
    """The dot (""), a variable ("$name") or a function's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Fields of a value: `.State.Status`, `$x.Name`, `(index .Mounts 0).Source`."""

    base: Operand
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A value and its arguments; only functions and methods take arguments."""

    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """Calls, each of which gets the value of the one before as its last argument; `names` are the variables that it sets."""

    calls: tuple[Call, ...]
    names: tuple[str, ...] = ()
    declares: bool = False


Operand = Constant | Reference | Chain | Pipe


@dataclass(frozen=True, slots=True)
class Text:
    """Text as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """An action that writes a value."""

    pipe: Pipe


@dataclass(frozen=True, slots=True)
class Block:
    """`if`, `range` or `with`, up to its `end`; or `break` and `continue`, which hold nothing."""

    keyword: str
    pipe: Pipe | None
    body: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = ()


Node = Text | Output | Block

_BLOCKS = ("if", "range", "with")
_DEEPEST = 50


@dataclass(slots=True)
class _Parser:
    template: str
    actions: list[Action]
    at: int = 0
    depth: int = 0
    words: list[Word] = field(default_factory=list)
    place: int = 0

    def nodes(self, closers: tuple[str, ...] = ()) -> tuple[tuple[Node, ...], str]:
        """Read up to an action that closes the block; give the nodes and the closing keyword."""
        found: list[Node] = []
        while self.at < len(self.actions):
            action = self.actions[self.at]
            self.at += 1
            if action.text:
                found.append(Text(action.text))
            if not action.words and self.at == len(self.actions):
                break
            self.words, self.place = list(action.words), 0
            keyword = self.words[0].text if self.words and self.words[0].kind == "name" else ""
            if keyword in ("end", "else"):
                if keyword not in closers:
                    raise refused(f'unexpected "{keyword}"', self.template)
                self.place = 1
                return tuple(found), keyword
            found.append(self.action(keyword))
        if closers:
            raise refused('an "end" is missing', self.template)
        return tuple(found), ""

    def action(self, keyword: str) -> Node:
        if keyword in _BLOCKS:
            self.place = 1
            return self.block(keyword)
        if keyword in ("break", "continue"):
            return Block(keyword, None)
        if keyword in ("define", "template", "block"):
            raise refused(f'"{keyword}" is not supported', self.template)
        pipe = self.pipe()
        self.ended()
        return Output(pipe)

    def block(self, keyword: str) -> Block:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise refused("too many blocks inside each other", self.template)
        pipe = self.pipe()
        self.ended()
        body, closer = self.nodes(("end", "else"))
        otherwise: tuple[Node, ...] = ()
        if closer == "else":
            if self.place < len(self.words) and self.words[self.place].text in ("if", "with"):
                again = self.words[self.place].text
                self.place += 1
                otherwise = (self.block(again),)
            else:
                otherwise, _ = self.nodes(("end",))
        self.depth -= 1
        return Block(keyword, pipe, body, otherwise)

    def ended(self) -> None:
        if self.place < len(self.words):
            raise refused(f'unexpected "{self.words[self.place].text}"', self.template)

    def pipe(self) -> Pipe:
        names, declares = self.names()
        calls = [self.call()]
        while self.next_is("|"):
            self.place += 1
            calls.append(self.call())
        return Pipe(tuple(calls), names, declares)

    def names(self) -> tuple[tuple[str, ...], bool]:
        """Read `$a :=`, `$i, $v :=` or `$a =`, if that is what stands here."""
        words = self.words[self.place :]
        texts = [word.text for word in words[:4]]
        if len(words) > 3 and words[0].kind == words[2].kind == "variable" and texts[1] == "," and texts[3] in (":=", "="):
            self.place += 4
            return (texts[0], texts[2]), texts[3] == ":="
        if len(words) > 1 and words[0].kind == "variable" and texts[1] in (":=", "="):
            self.place += 2
            return (texts[0],), texts[1] == ":="
        return (), False

    def next_is(self, text: str) -> bool:
        return self.place < len(self.words) and self.words[self.place].kind == "mark" and self.words[self.place].text == text

    def call(self) -> Call:
        operands: list[Operand] = []
        while self.place < len(self.words) and not self.next_is("|") and not self.next_is(")"):
            operands.append(self.operand())
        if not operands:
            raise refused("a value is missing", self.template)
        return Call(tuple(operands))

    def operand(self) -> Operand:
        word = self.words[self.place]
        self.place += 1
        base: Operand
        fields: list[str] = []
        if word.kind == "field":
            base, fields = Reference(""), [word.text[1:]]
        elif word.kind == "dot":
            base = Reference("")
        elif word.kind in ("variable", "name"):
            base = self.named(word)
        elif word.kind == "mark" and word.text == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                raise refused("too many brackets inside each other", self.template)
            base = self.pipe()
            if not self.next_is(")"):
                raise refused('a ")" is missing', self.template)
            self.place += 1
            self.depth -= 1
        else:
            base = self.literal(word)
        while self.place < len(self.words) and self.words[self.place].kind == "field" and not self.words[self.place].spaced:
            fields.append(self.words[self.place].text[1:])
            self.place += 1
        return Chain(base, tuple(fields)) if fields else base

    def named(self, word: Word) -> Operand:
        words = {"true": Constant(True), "false": Constant(False), "nil": Constant(None)}
        return words.get(word.text) or Reference(word.text)

    def literal(self, word: Word) -> Constant:
        try:
            if word.kind == "number":
                return Constant(
                    float(word.text) if set(word.text) & set(".eE") and "x" not in word.text.lower() else int(word.text, 0)
                )
            if word.kind == "string":
                return Constant(string(word.text))
            if word.kind == "char":
                return Constant(ord(string(f'"{word.text[1:-1]}"')))
        except (ValueError, TypeError):
            pass
        raise refused(f'unexpected "{word.text}"', self.template)


def parse_template(template: str) -> tuple[Node, ...]:
    """Read a template.

    Raises:
        UsageError: it cannot be read.
    """
    return _Parser(template, actions(template)).nodes()[0]
