"""What Compose's last words mean, as one message and a hint: `explain`. Pure."""

from __future__ import annotations

import re

from dockermagic.compose.model import Stack, service_of
from dockermagic.views.hostile import one_line
from dockermagic.views.output import newest

__all__ = ["explain"]

_PORT = re.compile(r"(?:Bind for|listen tcp\d?) ?(\S*?):(\d+)(?:.*failed: port is already allocated|.*address already in use)")
_BOUND = re.compile(r"creating mount source path ['\"]?([^'\"]+)['\"]?: .*read-only file system")
_EXITED = re.compile(r"container (\S+) exited \((\d+)\)")
_UNHEALTHY = re.compile(r"container (\S+) is unhealthy")
_IMAGE = re.compile(
    r"pull access denied for|manifest for \S+ not found|No such image: |manifest unknown|no such host|repository .* not found"
)
_PROGRAM = re.compile(r'exec: \\?"([^"\\]+)\\?": (?:executable file not found|stat .*no such file)')


def explain(stack: Stack, said: str, exit_code: int) -> tuple[str, str]:
    """Give what happened and what to try.

    Parameters:
        said: Compose's last words.
    """
    told = said.removeprefix("Error response from daemon: ").strip()
    if port := _PORT.search(told):
        name = re.search(r"on endpoint (\S+)", told)
        whose = f"{_service(stack, name[1])} cannot have port {port[2]}" if name else f"Port {port[2]} cannot be had"
        return f"{whose}: something else on this machine has it already.", (
            f"%docker ps shows who publishes {port[2]}; or write another port before the colon."
        )
    if bound := _BOUND.search(told):
        return f"The engine does not reach {bound[1]}: it is outside the folders that are shared with it.", (
            f"%docker_engine shows them. To share more: %docker_engine stop, then %docker_engine start --share {bound[1]}"
        )
    if ended := _EXITED.search(told):
        return _exited(stack, ended[1], int(ended[2]))
    if ill := _UNHEALTHY.search(told):
        return _unhealthy(stack, ill[1])
    if program := _PROGRAM.search(told):
        return f"The image has no program {program[1]}.", "Correct command: or entrypoint:, or use an image that has it."
    if _images_missing(stack) or _IMAGE.search(told):
        return _no_image(stack, told)
    if "network" in told and "has active endpoints" in told:
        return f"Compose: {one_line(told, 400)}", "Something else is on the network: %docker network inspect NAME tells what."
    if not told:
        return f"Compose ended with exit code {exit_code}.", "Its output is above."
    return told[:1].upper() + told[1:2000], ""


def _service(stack: Stack, name: str) -> str:
    found = stack.containers.find(name)
    return (service_of(found) if found is not None else "") or name


def _exited(stack: Stack, name: str, code: int) -> tuple[str, str]:
    found = stack.containers.find(name)
    service = _service(stack, name)
    last = ""
    if found is not None and found.output:
        text, _ = newest(found.output, 5, 2000)
        last = "\n" + "\n".join(f"    {one_line(line, 200)}" for line in text.rstrip().splitlines()[-5:])
    waiting = [one for one, dependency in stack.project.edges if dependency.service == service]
    more = f" {', '.join(waiting)} {'waits' if len(waiting) == 1 else 'wait'} for it." if waiting else ""
    return f"{service} ended at once, with exit code {code}.{more}{last}", f"%compose logs {service} shows what it printed."


def _unhealthy(stack: Stack, name: str) -> tuple[str, str]:
    found = stack.containers.find(name)
    service = _service(stack, name)
    probe = found.probes[-1] if found is not None and found.probes else None
    said = f" Its last run ended with exit code {probe.exit_code}: {one_line(probe.output, 300) or 'no output'}." if probe else ""
    described = stack.project.service(service)
    test = " ".join(described.test[1:]) if described is not None else ""
    hint = f"Try it by hand: %compose exec {service} {test}" if test else f"%compose logs {service} shows what it printed."
    return f"The health check of {service} never passed.{said}", hint


def _images_missing(stack: Stack) -> list[str]:
    """Give the images that could not be had; before Compose 5 the progress of a pull has the service's name."""
    found = []
    for task in stack.tasks:
        service = stack.project.service(task.subject)
        if task.status == "Error" and task.subject.startswith("Image "):
            found.append(task.subject.removeprefix("Image "))
        elif task.status == "Error" and service is not None:
            found.append(service.image)
    return found


def _no_image(stack: Stack, told: str) -> tuple[str, str]:
    name = next(iter(_images_missing(stack)), "An image")
    asking = [service.name for service in stack.project.services if service.image == name]
    whose = f", which {', '.join(asking)} is made from," if asking else ""
    return f"{name}{whose} is not here and cannot be pulled: {one_line(told, 300)}", (
        "Look for a slip in its name, or build it here: build: in place of image:."
    )
