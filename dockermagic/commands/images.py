"""`%docker` commands about images that are there: images, tag, rmi, history.

Each follows the docker CLI's command of the same name (docker/cli cli/command/image).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dockermagic.commands.call import FILTER, FORMAT, NO_TRUNC, QUIET, Call, Told, Verb, each_of
from dockermagic.commands.fields.images import HISTORY, IMAGES, IMAGES_WITH_DIGESTS, history_row, image_rows
from dockermagic.commands.hints import for_image
from dockermagic.commands.listing import Listing, listed
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS", "divided"]


def _images(call: Call) -> Listing:
    form = call.parsed.text("format")
    digests = call.on("digests") or ".Digest" in form
    reference = {"reference": list(call.names)} if call.names else None
    found: list[dict[str, Any]] = call.ask("GET", "/images/json", all=call.on("all"), filters=call.filters(reference))
    pairs = [(row, item) for item in found for row in image_rows(item, call.now, whole=call.on("no-trunc"), digests=digests)]
    kind = IMAGES_WITH_DIGESTS if call.on("digests") else IMAGES
    return listed(kind, [row for row, _ in pairs], [item for _, item in pairs], form, call.on("quiet"))


def divided(name: str) -> tuple[str, str]:
    """Divide an image's name into repository and tag; the tag is "latest" when it has none."""
    path, colon, tag = name.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (name, "latest")


def _tag(call: Call) -> None:
    source, target = call.names
    repository, tag = divided(target)
    if repository != repository.lower() and "/" not in repository:
        raise UsageError(
            f'"{target}" is no name for an image: repository names are in lower case.', f"For example: {target.lower()}"
        )
    try:
        call.ask("POST", f"/images/{named(source)}/tag", repo=repository, tag=tag)
    except EngineError as error:
        raise EngineError(error.message, for_image(call, error, source), status=error.status) from error


def _rmi(call: Call) -> Told:
    def act(name: str) -> str:
        gone = call.ask("DELETE", f"/images/{named(name)}", force=call.on("force"), noprune=call.on("no-prune"), patience=None)
        lines = [f"Untagged: {each['Untagged']}" if "Untagged" in each else f"Deleted: {each['Deleted']}" for each in gone or ()]
        return "\n".join(lines)

    return each_of(call.names, act, lambda error, name: for_image(call, error, name))


def _history(call: Call) -> Listing:
    name = call.names[0]
    try:
        found = call.ask("GET", f"/images/{named(name)}/history") or []
    except EngineError as error:
        raise EngineError(error.message, for_image(call, error, name), status=error.status) from error
    rows = [history_row(item, call.now, whole=call.on("no-trunc"), plain=not call.on("human")) for item in found]
    kind = HISTORY if call.on("human") else replace(HISTORY, headings={**HISTORY.headings, "CreatedSince": "CREATED AT"})
    return listed(kind, rows, found, call.parsed.text("format"), call.on("quiet"))


VERBS = (
    Verb(
        ("images", "image ls", "image list"),
        Command(
            "%docker images",
            "[OPTIONS] [REPOSITORY[:TAG]]",
            "List the images that are on this engine.",
            (
                Flag("all", "a", "bool", help="Also the ones between, which builds leave behind."),
                Flag("digests", kind="bool", help="Also the digest, which names the very bytes."),
                FILTER,
                FORMAT,
                NO_TRUNC,
                QUIET,
            ),
            most=1,
            examples=(
                Example("%docker images", "all of them"),
                Example("%docker images --filter dangling=true", "those that have lost their name"),
                Example("%docker images --format '{{.Repository}}: {{.Size}}'", "only what you want to see"),
            ),
        ),
        _images,
    ),
    Verb(
        ("tag", "image tag"),
        Command("%docker tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", "Give an image one more name.", (), least=2, most=2),
        _tag,
    ),
    Verb(
        ("rmi", "image rm", "image remove"),
        Command(
            "%docker rmi",
            "[OPTIONS] IMAGE [IMAGE…]",
            "Remove a name of an image, and with its last name the image and the layers that no other image needs.",
            (
                Flag("force", "f", "bool", help="Also when a stopped container was made from it, or it has several names."),
                Flag("no-prune", kind="bool", help="Keep the nameless images below it."),
            ),
            least=1,
        ),
        _rmi,
    ),
    Verb(
        ("history", "image history"),
        Command(
            "%docker history",
            "[OPTIONS] IMAGE",
            "Show what an image was made by, its newest layer first.",
            (
                FORMAT,
                Flag("human", "H", "bool", default=True, help="Sizes and dates for people; --human=false for exact ones."),
                NO_TRUNC,
                QUIET,
            ),
            least=1,
            most=1,
        ),
        _history,
    ),
)
