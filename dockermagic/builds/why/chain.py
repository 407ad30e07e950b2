"""Reading a Dockerfile step by step for what decides about each; see `facts` for the rules."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import replace

from dockermagic.builds import checks
from dockermagic.builds.dockerfile import PLATFORM_ARGUMENTS, Dockerfile, Instruction
from dockermagic.builds.plan import ResolvedStage, needed_stages, resolve_stages
from dockermagic.builds.syntax import json_strings, split_instruction
from dockermagic.builds.why.facts import Base, Facts, Setting, State, key_of
from dockermagic.builds.why.matching import Selection, Taken
from dockermagic.builds.why.prints import digest
from dockermagic.builds.why.sources import is_url, outside_stage, read_sources
from dockermagic.builds.words import Lexer, WordError

__all__ = ["Chain", "images_of"]


def images_of(dockerfile: Dockerfile, build_args: Mapping[str, str], target: str = "") -> tuple[str, ...]:
    """Give the images that a build begins with or copies from."""
    needed = needed_stages(dockerfile, target, build_args)
    found = [each.base for each in resolve_stages(dockerfile, build_args) if each.pulls and each.source.index in needed]
    for instruction in dockerfile.instructions:
        if instruction.stage in needed:
            found += [name for name in outside_stage(dockerfile, instruction) if "$" not in name]
    return tuple(dict.fromkeys(found))


class Chain:
    """Works out the facts of all steps.

    Parameters:
        dockerfile: what is built; `build_args`: with values; `target`: the stage.
        bases: the images that `images_of` names.
        take: gives the files of a selection.
        extra: settings of the whole build: network, platform, hosts.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        build_args: Mapping[str, str],
        target: str,
        bases: Mapping[str, Base],
        take: Callable[[Selection], Taken],
        extra: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._file, self._args, self._bases, self._take = dockerfile, build_args, bases, take
        self._globals = dockerfile.global_arguments(build_args)
        self._stages = resolve_stages(dockerfile, build_args)
        self._needed = needed_stages(dockerfile, target, build_args)
        self._extra = tuple(Setting(name, digest(value)) for name, value in extra if value)
        self._ends: dict[int, State] = {}
        self.facts: dict[int, Facts] = {}
        self._keys: dict[int, str] = {}
        for stage in self._stages:
            self._stage(stage)

    def _stage(self, stage: ResolvedStage) -> None:
        state = self._begin(stage)
        index = stage.source.index
        for place, instruction in enumerate(self._file.instructions):
            if instruction.stage == index:
                if instruction.keyword == "FROM":
                    self._triggers(stage, state, place)
                else:
                    self._carry_out(instruction, state, place, index in self._needed)
        self._ends[index] = state

    def _begin(self, stage: ResolvedStage) -> State:
        if stage.parent is not None:
            return self._ends[stage.parent].copy()
        state = State(base=digest("scratch"), image="scratch")
        if not stage.certain:
            state.doubts = ("its FROM has a variable whose value only the engine knows",)
        if stage.pulls:
            base = self._bases.get(stage.base, Base(known=False))
            state.base, state.image = digest("image", base.layers or stage.base, stage.source.platform), stage.base
            if not base.known:
                state.doubts = (*state.doubts, f"the image {stage.base} is not on this engine under its name")
            for name, value in base.env:
                state.set("ENV", name, value, -1)
            state.workdir, state.user = base.workdir or "/", base.user
            state.shell = base.shell or state.shell
        return state

    def _triggers(self, stage: ResolvedStage, state: State, place: int) -> None:
        """Carry out what the base has put off with ONBUILD: it belongs to the FROM, and all below builds on it."""
        written = self._bases.get(stage.base, Base()).triggers if stage.pulls else ()
        if stage.parent is not None:
            written = tuple(
                each.arguments for each in self._file.instructions if each.stage == stage.parent and each.keyword == "ONBUILD"
            )
        for text in written:
            word, flags, rest = split_instruction(text, self._file.escape)
            trigger = Instruction(word.upper(), text, 0, 0, 1, rest, flags, (), stage.source.index)
            before, above = self.facts.pop(place, None), state.above
            self._carry_out(trigger, state, place, True)
            if place in self.facts:
                # One digest stands for all of them.
                state.base = digest(state.base, self.facts[place].key, before.key if before is not None else "")
                state.above = above
                del self.facts[place]

    def _carry_out(self, instruction: Instruction, state: State, place: int, needed: bool) -> None:
        keyword = instruction.keyword
        try:
            if keyword in ("ENV", "ARG"):
                (self._env if keyword == "ENV" else self._arg)(instruction, state, place)
                return
            made = self._made(instruction, state, place)
        except (WordError, ValueError) as error:
            state.doubts = (*state.doubts, f"line {instruction.line} cannot be read here ({error})")
            made = Facts(place, keyword, instruction.name, instruction.arguments)
        if made is None or keyword not in ("RUN", "COPY", "ADD", "WORKDIR"):
            return
        made = replace(made, above=state.above, base=state.base if state.above is None else "", image=state.image)
        made = replace(made, doubts=(*state.doubts, *made.doubts))
        key = key_of(made, self._keys)
        above = self._keys.get(state.above, "") if state.above is not None else state.base
        made = replace(made, key=key, end=digest(key, above) if made.link else key)
        self._keys[place] = made.end
        if needed:
            self.facts[place] = made
        state.above = place

    def _made(self, instruction: Instruction, state: State, place: int) -> Facts | None:
        keyword = instruction.keyword
        if keyword == "USER":
            state.user = self._expand(instruction.arguments, state)
            state.origins["USER"] = place
        elif keyword == "SHELL":
            state.shell = tuple(map(str, json_strings(instruction.arguments) or ()))
            state.origins["SHELL"] = place
        elif keyword == "WORKDIR":
            return self._workdir(instruction, state, place)
        elif keyword == "RUN":
            return self._run(instruction, state, place)
        elif keyword in ("COPY", "ADD"):
            return self._copy(instruction, state, place)
        return None

    def _workdir(self, instruction: Instruction, state: State, place: int) -> Facts | None:
        folder = posixpath.normpath(posixpath.join("/", state.workdir, self._expand(instruction.arguments, state)))
        state.workdir = "/" + folder.lstrip("/")
        state.origins["WORKDIR"] = place
        if state.workdir == "/":
            return None
        does = json.dumps([state.workdir, state.user])
        return Facts(place, "WORKDIR", instruction.name, does, uses=self._uses(instruction.arguments, state, "USER"))

    def _run(self, instruction: Instruction, state: State, place: int) -> Facts:
        mounts = read_sources(self._file, instruction, lambda text: self._expand(text, state))
        flags = [self._expand(flag, state) for flag in instruction.flags]
        form = json_strings(instruction.arguments)
        shell = [] if form is not None else list(state.shell)
        bodies = [(each.name, each.text, each.chomp) for each in instruction.heredocs]
        does = json.dumps([shell, instruction.arguments if form is None else form, flags, bodies])
        settings = state.settings(self._extra)
        if form is None:
            settings = (*settings, Setting("SHELL", digest(*state.shell), state.origins.get("SHELL", -1)))
        selection = Selection(mounts.paths) if mounts.paths else None
        return self._with_sources(
            Facts(place, "RUN", instruction.name, does, settings, selection=selection), mounts.stages, mounts.images
        )

    def _copy(self, instruction: Instruction, state: State, place: int) -> Facts:
        form = json_strings(instruction.arguments)
        words = [str(each) for each in form] if form is not None else instruction.arguments.split()
        expanded = [self._expand(word, state) for word in words]
        flags = {
            flag.removeprefix("--").partition("=")[0]: self._expand(flag.partition("=")[2], state) for flag in instruction.flags
        }
        exclude = tuple(self._expand(each, state) for each in instruction.flag("exclude"))
        *sources, dest = [word for word, raw in zip(expanded, words, strict=True) if not raw.startswith("<<")]
        place_to = posixpath.join(state.workdir, dest)
        shown = posixpath.normpath(place_to) + ("/" if dest in (".", "") or dest.endswith("/") else "")
        parents = _on(flags, "parents")
        names = [
            each if is_url(each) else each if parents else posixpath.basename(posixpath.normpath("/" + each)) or "/"
            for each in sources
        ]
        kept = sorted((name, value) for name, value in flags.items() if name not in ("from", "link"))
        bodies = [(each.name, self._body(each.text, each.expand, state)) for each in instruction.heredocs]
        does = json.dumps([names, shown, kept, list(exclude), _on(flags, "link"), bodies])
        found = read_sources(self._file, instruction, lambda text: self._expand(text, state))
        urls = tuple(each for each in sources if is_url(each))
        local = tuple(each for each in sources if not is_url(each))
        made = Facts(
            place, instruction.keyword, instruction.name, does, uses=self._uses(instruction.name, state), link=_on(flags, "link")
        )
        if urls:
            made = replace(made, doubts=(f"only the engine looks at {urls[0]}",), does=json.dumps([does, urls]))
        if "from" in flags:
            return self._with_sources(replace(made, does=json.dumps([does, sources])), found.stages, found.images)
        selection = Selection(local, exclude, parents) if local else None
        return self._with_sources(replace(made, selection=selection), (), ())

    def _with_sources(self, made: Facts, stages: tuple[int, ...], images: tuple[str, ...]) -> Facts:
        steps, layers, doubts = [], [], list(made.doubts)
        for index in stages:
            end = self._ends.get(index)
            if end is not None and end.above is not None:
                steps.append(end.above)
            elif end is not None:
                layers.append((end.image, end.base))
        for name in images:
            base = self._bases.get(name, Base(known=False))
            layers.append((name, base.layers))
            doubts += [] if base.known else [f"the image {name} is not on this engine under its name"]
        taken = self._take(made.selection) if made.selection is not None else None
        if taken is not None and taken.doubts:
            doubts.append(f"“{taken.doubts[0]}” could not be read, or changed while it was read")
        return replace(made, sources=tuple(steps), images=tuple(layers), taken=taken, doubts=tuple(doubts))

    def _env(self, instruction: Instruction, state: State, place: int) -> None:
        words = checks.parse_words(instruction.arguments, self._file.escape)
        if words and "=" not in words[0]:
            name, _, value = instruction.arguments.partition(" ")
            state.set("ENV", name, self._expand(value.strip(), state), place)
            return
        before = state.copy()
        for word in words:
            name, _, value = word.partition("=")
            state.set("ENV", self._expand(name, before), self._expand(value, before), place)

    def _arg(self, instruction: Instruction, state: State, place: int) -> None:
        for word in checks.parse_words(instruction.arguments, self._file.escape):
            name, equals, value = word.partition("=")
            if name in self._args:
                state.set("ARG", name, self._args[name], place)
            elif equals:
                state.set("ARG", name, self._expand(value, state), place)
            elif name in self._globals:
                state.set("ARG", name, self._globals[name], place)
            elif name in PLATFORM_ARGUMENTS:
                state.set("ARG", name, "the engine's own", place)

    def _expand(self, text: str, state: State) -> str:
        return Lexer(state.plain, escape=self._file.escape).expand(text)

    def _body(self, text: str, expand: bool, state: State) -> str:
        return Lexer(state.plain, escape=self._file.escape, raw_quotes=True, raw_escapes=True).expand(text) if expand else text

    def _uses(self, text: str, state: State, *more: str) -> tuple[Setting, ...]:
        """Give the variables that a text names."""
        found = [setting for name, setting in state.values.items() if f"${name}" in text or f"${{{name}" in text]
        return (*found, *(Setting(name, digest(state.user), state.origins.get(name, -1)) for name in more if state.user))


def _on(flags: Mapping[str, str], name: str) -> bool:
    return name in flags and flags[name].lower() not in ("false", "0")
