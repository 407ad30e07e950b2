"""Checks of a build, and of a Dockerfile's text."""

from __future__ import annotations

import shlex

from dockermagic.builds.dockerfile import Dockerfile, Instruction, read_dockerfile
from dockermagic.builds.model import Build, Step
from dockermagic.course.subject import Place, Subject
from dockermagic.errors import UsageError
from dockermagic.views.units import seconds_text

__all__ = ["BuildCheck", "DockerfileCheck", "StepCheck"]


class BuildCheck(Subject):
    """Claims about a build.

    Parameters:
        build: what `%%dockerfile --as NAME` keeps, or `dockermagic.build` gives.
    """

    def __init__(self, place: Place, build: Build, exercise: str = "") -> None:
        if not isinstance(build, Build):
            raise UsageError(
                f"check.build wants a build, and this is {type(build).__name__}.",
                "Keep one: %%dockerfile --as NAME. Then give that name.",
            )
        super().__init__(place, f"build {build.tags[0]}" if build.tags else "the build", exercise)
        self.build = build

    def succeeded(self) -> BuildCheck:
        """It ended well."""
        failed = next((step for step in self.build.steps if step.status == "failed"), None)
        saw = (
            f"line {failed.line} failed: {failed.name.splitlines()[0]}"
            if failed is not None
            else f"it {self.build.outcome or 'goes on'}"
        )
        return self.judge("succeeded", self.build.succeeded, saw, ("The failed row of the timeline says why.",))

    def is_faster_than(self, seconds: float) -> BuildCheck:
        """It took less time than this."""
        took = self.build.seconds
        saw = f"it took {seconds_text(took)}" if took is not None else "it has not ended"
        hints = ("Which step took longest?", "What comes from the cache takes no time: put what changes often further down.")
        return self.judge(f"took less than {seconds_text(seconds)}", took is not None and took < seconds, saw, hints)

    def step(self, text: str) -> StepCheck:
        """Give the step whose instruction holds a text.

        Raises:
            CheckFailed: there is none, or more than one.
        """
        found = [step for step in self.build.steps if text in step.name]
        if len(found) != 1:
            said = "; ".join(f"line {step.line}: {step.name.splitlines()[0]}" for step in found) or "none"
            listed = "; ".join(f"line {step.line}: {step.name.splitlines()[0]}" for step in self.build.steps)
            hints = (
                ("More of the instruction tells them apart.",)
                if found
                else (
                    "Which steps does the timeline have?",
                    f"Its steps are {listed}.",
                    f"An instruction with “{text}” is missing.",
                )
            )
            self.judge(f"has one step with “{text}”", False, f"Steps with it: {said}.", hints)
        return StepCheck(self, found[0])


class StepCheck(Subject):
    """Claims about a step of a build."""

    def __init__(self, build: BuildCheck, step: Step) -> None:
        super().__init__(build.place, f"step “{step.name.splitlines()[0]}”", build.exercise)
        self.build, self.step = build.build, step

    def is_cached(self) -> StepCheck:
        """It came from the cache."""
        return self.judge(
            "came from the cache",
            self.step.status == "cached",
            f"Line {self.step.line}: {self.step.status}.",
            (
                "Which step above it ran anew? Everything below that one runs anew as well.",
                *self._ways_to_the_cache(),
            ),
        )

    def _ways_to_the_cache(self) -> tuple[str, str]:
        """Give the pointer and the answer, by what made it run."""
        cause = self.step.cause
        blamed = self.build.steps[cause.step] if cause is not None and cause.step is not None else self.step
        first = blamed.cause
        if first is not None and first.kind in ("instruction-changed", "arg-changed") and blamed is not self.step:
            return (
                f"Line {blamed.line} is new, or other than before: {blamed.name.splitlines()[0]}. Does this step need it?",
                f"What this step does not need belongs below it: line {blamed.line} below line {self.step.line}.",
            )
        return (
            "A COPY runs anew when a file changes that it takes: let a COPY above this step take only what this step needs.",
            "COPY package.json first, then RUN npm install, and COPY . . below it.",
        )

    def ran(self) -> StepCheck:
        """It was carried out anew."""
        return self.judge(
            "ran",
            self.step.status == "ran",
            f"Line {self.step.line}: {self.step.status}.",
            (
                "What would have to change?",
                "A COPY runs anew when content, name or permissions of a file that it takes change; with it, all below it.",
                "Which COPY stands above this step, and which file does it take? Change that one, and build again.",
            ),
        )


class DockerfileCheck(Subject):
    """Claims about a Dockerfile's text.

    Parameters:
        text: the Dockerfile.
    """

    def __init__(self, place: Place, text: str, exercise: str = "") -> None:
        super().__init__(place, "the Dockerfile", exercise)
        self.dockerfile: Dockerfile = read_dockerfile(text)
        self._last: Instruction | None = None

    def _find(self, keyword: str, fits: str) -> list[Instruction]:
        return [each for each in self.dockerfile.instructions if each.keyword == keyword and fits in each.name]

    def starts_from(self, image: str) -> DockerfileCheck:
        """A stage of it is FROM an image; "node" fits any tag of it."""
        bases = [stage.base for stage in self.dockerfile.stages]
        holds = any(base == image or base.partition(":")[0] == image for base in bases)
        hints = ("What does the first line name?", f"FROM {image}")
        return self.judge(f"starts from {image}", holds, f"FROM {', '.join(bases) or 'nothing'}", hints)

    def has_stages(self, number: int) -> DockerfileCheck:
        """It has at least so many stages."""
        has = len(self.dockerfile.stages)
        hints = ("Each FROM begins a stage.", "FROM … AS build above, FROM … below, and COPY --from=build between them.")
        return self.judge(f"has {number} stages", has >= number, f"It has {has}.", hints)

    def uses(self, keyword: str) -> DockerfileCheck:
        """It has an instruction of a kind: "HEALTHCHECK"."""
        wanted = keyword.upper()
        found = [each for each in self.dockerfile.instructions if each.keyword == wanted]
        self._last = found[0] if found else self._last
        saw = f"line {found[0].line}" if found else f"no line begins with {wanted}"
        return self.judge(f"uses {wanted}", bool(found), saw, (f"A line that begins with {wanted} is missing.",))

    def runs(self, command: str) -> DockerfileCheck:
        """A RUN of it holds a command."""
        found = self._find("RUN", command)
        self._last = found[0] if found else self._last
        saw = f"line {found[0].line}" if found else "no RUN holds it"
        return self.judge(f"runs {command}", bool(found), saw, (f"RUN {command}",))

    def copies(self, path: str) -> DockerfileCheck:
        """A COPY of it takes exactly this source: "package.json", or "." for everything."""
        found = [each for each in self.dockerfile.instructions if each.keyword in ("COPY", "ADD") and path in _sources(each)]
        self._last = found[0] if found else self._last
        saw = f"line {found[0].line}: {found[0].name.splitlines()[0]}" if found else "no COPY names it as a source"
        hints = (f"Which COPY takes {path}? A COPY of everything does not count: it takes the rest as well.", f"COPY {path} ./")
        return self.judge(f"copies {path}", bool(found), saw, hints)

    def before(self, text: str) -> DockerfileCheck:
        """What was named last stands above the instruction that holds a text."""
        return self._order(text, above=True)

    def after(self, text: str) -> DockerfileCheck:
        """What was named last stands below the instruction that holds a text."""
        return self._order(text, above=False)

    def _order(self, text: str, *, above: bool) -> DockerfileCheck:
        if self._last is None:
            raise ValueError("say first what: check.dockerfile(text).copies('package.json').before('npm install')")
        mine, other = (
            self._last,
            next((each for each in self.dockerfile.instructions if text in each.name and each is not self._last), None),
        )
        word = "above" if above else "below"
        claim = f"has “{mine.name.splitlines()[0]}” {word} “{text}”"
        if other is None:
            return self.judge(claim, False, f"No other line holds “{text}”.", (f"A line with “{text}” is missing.",))
        holds = mine.line < other.line if above else mine.line > other.line
        hints = (
            "The cache is lost from the first changed step on. What changes more often?",
            f"Move line {mine.line} {'up' if above else 'down'}: it belongs {word} line {other.line}.",
        )
        return self.judge(claim, holds, f"Lines {mine.line} and {other.line}.", hints)


def _sources(instruction: Instruction) -> list[str]:
    """Give what a COPY takes, without the place that it puts it to."""
    try:
        words = shlex.split(
            instruction.arguments.strip("[]").replace('",', '" ')
            if instruction.arguments.startswith("[")
            else instruction.arguments
        )
    except ValueError:
        words = instruction.arguments.split()
    return [word.removeprefix("./") or "." for word in words[:-1]]
