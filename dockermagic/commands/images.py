"""`%docker` commands about images that are there: images, tag, rmi, history.

Each follows the docker CLI's command of the same name (docker/cli cli/command/image).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dockermagic.commands import removal
from dockermagic.commands.call import FILTER, FORMAT, HOST_WIDE, NO_TRUNC, QUIET, Call, Told, Verb, each_of
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


def _takes_along(call: Call, name: str) -> None:
    """Make sure that no container goes with an image that no notebook made; Podman, told to force, removes those that use it.

    Raises:
        EngineError: one would go.
    """
    image = call.ask("GET", f"/images/{named(name)}/json")
    one_of_many = len(image.get("RepoTags") or ()) > 1 and not str(image["Id"]).removeprefix("sha256:").startswith(name)
    using = {str(item["Id"]) for item in call.ask("GET", "/containers/json", all=True) if item.get("ImageID") == image["Id"]}
    others = [each.name for each in removal.listed(call) if each.id in using and not each.notebook]
    if others and not one_of_many:
        raise EngineError(
            f"With the image {name} would go containers that no notebook made: {', '.join(others)}. They are left alone.",
            "If you do want to remove them, add --host-wide.",
            status=403,
        )


def _rmi(call: Call) -> Told:
    forced = call.on("force")

    def act(name: str) -> str:
        if forced and call.engine.about.product == "Podman" and not call.on("host-wide"):
            _takes_along(call, name)
        gone = call.ask("DELETE", f"/images/{named(name)}", force=forced, noprune=call.on("no-prune"), patience=None)
        lines = [f"Untagged: {each['Untagged']}" if "Untagged" in each else f"Deleted: {each['Deleted']}" for each in gone or ()]
        return "\n".join(lines)

    there = removal.there(call, "images/{}/json") if forced else call.names
    return each_of(there, act, lambda error, name: for_image(call, error, name))


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
                replace(HOST_WIDE, help="With -f on Podman: also when containers go with it that no notebook made."),
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
