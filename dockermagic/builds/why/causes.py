"""Why each step was not taken from the cache. Pure: what is known goes in, causes come out.

1. --no-cache runs everything, except a WORKDIR with nothing above it that ran.
2. A step below one that ran had to run, whatever else changed: the first one is to blame.
3. What was built before, and is not in the cache any more, was removed from it; most likely so, too, when the engine does not
   tell whether it still has it.
4. Else the step is compared with the same step of the earlier build that is most like this one. The first of these that differs is
   the cause: its text, the base image, what is in force (ARG, ENV, USER…), its files, the stages and images that it copies from.
5. A cause is certain when nothing that decides is in doubt and the step, as it is now, was never built before: then the difference
   alone is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dockermagic.builds.cause import Cause, CauseKind, FileChange
from dockermagic.builds.why.facts import Facts, Setting
from dockermagic.builds.why.matching import take
from dockermagic.builds.why.past import Past, PastStep, Seen, counterparts
from dockermagic.builds.why.prints import compare
from dockermagic.builds.why.sentences import files_text, named

__all__ = ["Causes"]

BUILT = frozenset({"cached", "ran"})
WORKED = frozenset({"ran", "failed", "cancelled", "running"})


class Causes:
    """Finds the causes of one build, real or to come.

    Parameters:
        texts: all instructions; `lines`: their lines; `facts`: what decides about each step.
        past: the earlier build to compare with; `seen`: what is known of the engine's cache.
        no_cache: it was told not to use the cache.
    """

    def __init__(
        self,
        texts: tuple[str, ...],
        lines: tuple[int, ...],
        facts: Mapping[int, Facts],
        past: Past | None,
        seen: Seen,
        no_cache: bool = False,
    ) -> None:
        self._texts, self._lines, self._facts, self._past, self._seen = texts, lines, facts, past, seen
        self._no_cache = no_cache
        self._twins = counterparts(past.texts, texts) if past is not None else {}
        self.found: dict[int, Cause] = {}

    def explain(self, statuses: Mapping[int, str]) -> dict[int, Cause]:
        """Give the causes of the steps that ran.

        Parameters:
            statuses: what became of each step, by index.
        """
        self.found = {}
        for index in sorted(self._facts):
            if statuses.get(index) in WORKED:
                self.found[index] = self.cause(self._facts[index])
        return self.found

    def cause(self, facts: Facts) -> Cause:
        """Give the cause of a step that ran; those of the steps above have to be found already."""
        above = self._above_that_ran(facts)
        if self._no_cache and (facts.keyword != "WORKDIR" or above is not None):
            return Cause("no-cache", "Ran again because --no-cache was given.", True)
        if above is not None and not (self._past is None and facts.key not in self._seen.keys):
            return self._below(above)
        cause = self._own(facts)
        if facts.doubts and cause.kind not in ("cache-gone", "first-build"):
            return replace(cause, certain=False, sentence=f"{cause.sentence} This is not certain: {facts.doubts[0]}.")
        return cause

    def _above_that_ran(self, facts: Facts) -> int | None:
        """Give the step above if it ran; a COPY --link stands between without being touched."""
        place = None if facts.link else facts.above
        while place is not None and place not in self.found:
            between = self._facts.get(place)
            place = between.above if between is not None and between.link else None
        return place

    def _below(self, above: int) -> Cause:
        before = self.found[above]
        blamed = before.step if before.kind == "above" and before.step is not None else above
        return Cause("above", f"Ran again because {self._called(blamed)} did.", True, step=blamed)

    def _own(self, facts: Facts) -> Cause:
        """Find what of the step itself, or of what it copies from, is the cause."""
        if facts.key in self._seen.keys:
            gone = self._seen.gone(facts.key)
            if gone:
                return Cause("cache-gone", "Ran again because its result was removed from the engine's cache.", not facts.doubts)
            if gone is None:
                text = "Ran again although nothing of it changed: most likely its result was removed from the engine's cache."
                return Cause("cache-gone", text, False)
            return self._unknown("it was built before, and nothing that dockermagic can see has changed")
        if self._past is None:
            text = "Ran because this is the first build of it that dockermagic knows of on this engine."
            return Cause("first-build", text, True)
        twin = self._twins.get(facts.step)
        if twin is None:
            return Cause("instruction-changed", "Ran because this line is new.", True, new=facts.text)
        before = self._past.at(twin)
        if before is None or before.status not in BUILT:
            text = "Ran because it was never carried out to its end before, as far as dockermagic knows."
            return Cause("first-build", text, True)
        for look in (self._text, self._base, self._settings, self._files, self._images, self._stages, self._above):
            cause = look(facts, before)
            if cause is not None:
                return cause
        return self._unknown("nothing that dockermagic can see has changed")

    def _text(self, facts: Facts, before: PastStep) -> Cause | None:
        if facts.does == before.facts.does and facts.keyword == before.facts.keyword:
            return None
        if facts.text != before.facts.text:
            return self._changed("instruction-changed", "its text changed", old=before.facts.text, new=facts.text)
        cause = self._difference(before.facts.uses, facts.uses)
        return cause or self._unknown("a variable that it uses has another value")

    def _base(self, facts: Facts, before: PastStep) -> Cause | None:
        if facts.base == before.facts.base or facts.link:
            return None
        place = self._from(facts.step)
        old, new = self._past_text(place), self._texts[place]
        if facts.image == before.facts.image:
            return self._changed("base-changed", f"the image {named(facts.image)} is another one than the last time", step=place)
        if old != new:
            return self._changed("base-changed", "it is built on another image", old=old, new=new, step=place)
        return self._changed("arg-changed", f"FROM now names {named(facts.image)}, not {named(before.facts.image)}", step=place)

    def _settings(self, facts: Facts, before: PastStep) -> Cause | None:
        pairs = [(each.name, each.value) for each in facts.settings]
        if pairs == [(each.name, each.value) for each in before.facts.settings]:
            return None
        return self._difference(before.facts.settings, facts.settings) or self._unknown("its variables come in another order")

    def _difference(self, old: tuple[Setting, ...], new: tuple[Setting, ...]) -> Cause | None:
        """Tell the first setting that differs."""
        before, after = {each.name: each for each in old}, {each.name: each for each in new}
        for name, setting in after.items():
            if name not in before or before[name].value != setting.value:
                known = before.get(name)
                return self._setting(setting, known)
        for name, setting in before.items():
            if name not in after:
                return self._setting(None, setting)
        return None

    def _setting(self, new: Setting | None, old: Setting | None) -> Cause | None:
        either = new or old
        if either is None:
            return None
        kind, _, name = either.name.partition(" ")
        here = new.origin if new is not None else -1
        old_text = self._past.texts[old.origin] if self._past and old is not None and old.origin >= 0 else ""
        new_text = self._texts[here] if here >= 0 else ""
        step = here if here >= 0 else None
        if kind == "ARG":
            what = "has another value" if new and old else "is new" if new else "is no longer declared"
            return self._changed("arg-changed", f"the build argument {named(name)} {what}", old_text, new_text, step, name)
        if kind.startswith("--"):
            return self._changed("arg-changed", f"{kind} is another one", name=kind)
        if old_text != new_text:
            where = f" in line {self._lines[here]}" if step is not None else ""
            return self._changed("instruction-changed", f"{named(either.name)} changed{where}", old_text, new_text, step)
        if here < 0:
            return self._changed("base-changed", f"{named(either.name)} of the base image changed")
        return self._changed("instruction-changed", f"{named(either.name)} has another value", old_text, new_text, step)

    def _files(self, facts: Facts, before: PastStep) -> Cause | None:
        if facts.taken is None or before.facts.selection is None or self._past is None:
            return None
        was = take(before.facts.selection, self._past.tree)
        if was.digest == facts.taken.digest:
            return None
        links = [each for each, target in facts.taken.ways.items() if was.ways.get(each, target) != target]
        changes = tuple(FileChange(each, "link") for each in links) or compare(was.files, facts.taken.files)
        if not changes:
            return self._unknown("its files differ in a way that cannot be told")
        return Cause("files-changed", f"Ran again because {files_text(changes)}.", True, changes)

    def _images(self, facts: Facts, before: PastStep) -> Cause | None:
        if facts.images == before.facts.images:
            return None
        name = facts.images[0][0] if facts.images else ""
        return self._changed("base-changed", f"the image {named(name)}, which it copies from, is another one")

    def _stages(self, facts: Facts, before: PastStep) -> Cause | None:
        for source in facts.sources:
            if source in self.found:
                cause = self.found[source]
                blamed = cause.step if cause.kind == "above" and cause.step is not None else source
                text = f"the stage that it copies from gave other files: {self._called(blamed)} ran again there"
                return self._changed("stage-changed", text, step=blamed)
        old = self._keys(before.facts)
        if facts.sources and old != [self._facts[each].end for each in facts.sources if each in self._facts]:
            text = "the stage that it copies from is another one than the last time"
            return self._changed("stage-changed", text, step=facts.sources[0])
        return None

    def _keys(self, facts: Facts) -> list[str]:
        found = [self._past.at(each) for each in facts.sources] if self._past is not None else []
        return [each.facts.end for each in found if each is not None]

    def _above(self, facts: Facts, before: PastStep) -> Cause | None:
        if facts.above is None or facts.link or self._past is None:
            return None
        was = self._past.at(before.facts.above) if before.facts.above is not None else None
        if was is not None and was.facts.end == self._facts[facts.above].end:
            return None
        text = f"Ran again because {self._called(facts.above)}, though it came from the cache, is not what it was the last time."
        return Cause("above", text, True, step=facts.above)

    def _from(self, step: int) -> int:
        places = [place for place in range(step) if self._texts[place].split(maxsplit=1)[0].upper() == "FROM"]
        return places[-1] if places else 0

    def _past_text(self, place: int) -> str:
        twin = self._twins.get(place)
        return self._past.texts[twin] if self._past is not None and twin is not None else ""

    def _called(self, step: int) -> str:
        return f"line {self._lines[step]}, {named(self._texts[step].splitlines()[0], 60)},"

    @staticmethod
    def _unknown(text: str) -> Cause:
        return Cause("unknown", f"Ran again, and why cannot be told: {text}.", False)

    @staticmethod
    def _changed(kind: CauseKind, text: str, old: str = "", new: str = "", step: int | None = None, name: str = "") -> Cause:
        return Cause(kind, f"Ran again because {text}.", True, (), step, old, new, name)
