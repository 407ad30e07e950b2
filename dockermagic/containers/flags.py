"""The commands that make a container or run something in one: run, create, exec and attach.

The tables hold every flag of Docker 28 (`docker run --help`, `docker create --help`, `docker exec --help`) and ours.
"""

from __future__ import annotations

from keyword import iskeyword

from dockermagic.containers.options import program, resources, surroundings
from dockermagic.containers.options.limits import check_env, check_pull
from dockermagic.flags import Command, Example, Flag


def _exit_code(text: str) -> None:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise ValueError(f"“{text}” is no exit code; they go from 0 to 255.")


def _variable(text: str) -> None:
    if not text.isidentifier() or iskeyword(text):
        raise ValueError(f"“{text}” cannot be the name of a variable; write letters, digits and _.")


NAMED = (
    Flag("name", "", "string", "NAME", "Name the container; else the engine makes a name up.", example="web"),
    Flag("platform", "", "string", "OS/ARCH", "Take the image for another platform.", example="linux/arm64"),
    Flag(
        "pull",
        "",
        "string",
        "WHEN",
        "Fetch the image first: always, missing or never.",
        default="missing",
        example="always",
        check=check_pull,
    ),
    Flag("quiet", "q", "bool", help="Do not show how an image is fetched."),
    Flag("cidfile", "", "string", "FILE", "Write the container's ID into a file.", example="web.cid"),
    Flag("rm", "", "bool", help="Remove the container, and its anonymous volumes, when it has ended."),
    Flag("disable-content-trust", "", "bool", help="", default=True, hidden=True),
    Flag("use-api-socket", "", "bool", hidden=True),
)

RUNNING = (
    Flag("detach", "d", "bool", help="Return at once, and let it run."),
    Flag("sig-proxy", "", "bool", help="Pass signals on to the program.", default=True),
    Flag("detach-keys", "", "string", "KEYS", "The keys that let go of its terminal.", example="ctrl-p,ctrl-q"),
)

KEEPING = (Flag("as", "", "string", "NAME", "Put the result into this variable.", ours=True, example="c", check=_variable),)

JUDGING = (
    Flag(
        "ok-exit",
        "",
        "list",
        "N",
        "Take this exit code for a success, too; may be given several times.",
        ours=True,
        example="1",
        check=_exit_code,
    ),
    Flag("no-raise", "", "bool", help="Whatever the exit code, do not stop the notebook.", ours=True),
)

_MADE = (*program.FLAGS, *surroundings.FLAGS, *resources.FLAGS)
_EVERYDAY = "detach name rm publish volume env interactive tty network restart workdir user entrypoint memory cpus pull"


def _ordered(*flags: Flag) -> tuple[Flag, ...]:
    """Put those that people use every day first: the help is read from its beginning."""
    places = {name: place for place, name in enumerate(_EVERYDAY.split())}
    return tuple(sorted(flags, key=lambda flag: places.get(flag.long, len(places))))


_USAGE = "[OPTIONS] IMAGE [COMMAND] [ARG…]"
_LABELS = (
    "Containers get two labels (dev.dockermagic.notebook, dev.dockermagic.version), so that what a notebook made can be "
    "found and removed."
)

RUN = Command(
    name="%docker_run",
    usage=_USAGE,
    summary="Make a container of an image and start it: docker create and docker start in one.",
    flags=_ordered(*NAMED, *RUNNING, *_MADE, *KEEPING, *JUDGING),
    interspersed=False,
    least=1,
    examples=(
        Example("%docker_run hello-world", "run an image's own program, see what it says"),
        Example("%docker_run --rm busybox echo hello", "run another program in it, and remove the container at the end"),
        Example("%docker_run -d --name web -p 8080:80 nginx", "let a server run, reach it at localhost:8080"),
        Example("%docker_run -v ./data:/data busybox ls /data", "show the container a folder of this machine"),
        Example("%docker_run -it --rm busybox sh", "a shell in the container, in a terminal below the cell"),
        Example("%docker_run --ok-exit 1 busybox false", "a program that fails on purpose"),
    ),
    notes=(
        (
            "Options end at the image: what follows it is the command. The result is also the cell's value (_): .id, .name, "
            ".state, .exit_code, .ports, .mounts, .logs() and .history."
        ),
        (
            "A program that ends with another exit code than 0 stops Run All, unless --ok-exit or --no-raise says otherwise. "
            "Interrupt the kernel to stop it: it gets Ctrl-C first, then SIGTERM, then SIGKILL."
        ),
        _LABELS,
    ),
)

CREATE = Command(
    name="%docker create",
    usage=_USAGE,
    summary="Make a container of an image, and do not start it.",
    flags=_ordered(*NAMED, *_MADE, *KEEPING),
    interspersed=False,
    least=1,
    examples=(
        Example("%docker create --name web -p 8080:80 nginx", "then: %docker start web"),
        Example("%docker create --as c busybox echo hello", "keep it in the variable `c`"),
    ),
    notes=("Options end at the image: what follows it is the command.", _LABELS),
)

EXEC = Command(
    name="%docker exec",
    usage="[OPTIONS] CONTAINER COMMAND [ARG…]",
    summary="Run a program in a container that runs already.",
    flags=(
        Flag("detach", "d", "bool", help="Return at once, and let it run."),
        Flag("detach-keys", "", "string", "KEYS", "The keys that let go of its terminal.", example="ctrl-p,ctrl-q"),
        Flag(
            "env",
            "e",
            "list",
            "NAME=VALUE",
            "Set an environment variable; NAME alone takes its value from here.",
            example="DEBUG=1",
            check=check_env,
        ),
        Flag("env-file", "", "list", "FILE", "Read environment variables from a file.", example="app.env"),
        Flag("interactive", "i", "bool", help="Keep the program's input open; a cell %%docker exec -i is that input."),
        Flag("privileged", "", "bool", help="Let it do nearly everything on this machine."),
        Flag("tty", "t", "bool", help="Give the program a terminal."),
        Flag("user", "u", "string", "USER[:GROUP]", "Run as this user.", example="root"),
        Flag("workdir", "w", "string", "DIR", "The folder in the container that the program starts in.", example="/app"),
        *KEEPING,
        *JUDGING,
    ),
    interspersed=False,
    least=2,
    examples=(
        Example("%docker exec web ls /", "look into a container that runs"),
        Example("%docker exec -it web sh", "a shell in it"),
        Example("%docker exec -u root -w /app web npm install", "as another user, in another folder"),
    ),
    notes=("Options end at the container: what follows it is the command.",),
)

ATTACH = Command(
    name="%docker attach",
    usage="[OPTIONS] CONTAINER",
    summary="Connect to the program of a container that runs.",
    flags=(
        Flag("detach-keys", "", "string", "KEYS", "The keys that let go of its terminal.", example="ctrl-p,ctrl-q"),
        Flag("no-stdin", "", "bool", help="Send it nothing."),
        Flag("sig-proxy", "", "bool", help="Pass signals on to the program.", default=True),
        *JUDGING,
    ),
    least=1,
    most=1,
    examples=(Example("%docker attach web", "see what it writes from now on"),),
)
