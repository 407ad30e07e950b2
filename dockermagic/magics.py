"""The magics. Each one parses, runs and shows; what it does is elsewhere."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.page import page
from traitlets import Bool, Enum, observe

from dockermagic import session
from dockermagic.builds.flags import DOCKERFILE
from dockermagic.builds.options import read_options
from dockermagic.engine.embedded.choices import CHOICES
from dockermagic.engine_report import ENGINE, report
from dockermagic.errors import BuildCancelled, BuildFailed
from dockermagic.flags import help_text, split

if TYPE_CHECKING:
    from dockermagic.commands.call import Verb
    from dockermagic.flags import Command


@magics_class
class DockerMagic(Magics):
    """Docker in a notebook."""

    engine = Enum(
        CHOICES,
        default_value="",
        help='Which engine: "" the one that is found, and a private one where there is none; "embedded" a private one, '
        'started at once; "found" never a private one. DOCKER_HOST and a docker context come first.',
    ).tag(config=True)

    presentation = Bool(
        default_value=False,
        help="Draw for a room: bigger, with fewer words (no digests, no equal commands, no side notes), moving more slowly.",
    ).tag(config=True)

    @observe("presentation")
    def _presentation_chosen(self, _change: Any) -> None:
        from dockermagic.views.presentation import present

        present(self.presentation)

    @observe("engine")
    def _engine_chosen(self, _change: Any) -> None:
        from dockermagic.engine.embedded import need

        need.choose(self.engine)
        if self.engine == "embedded":
            session.start_engine(session.notebook_folder(self.shell))

    @no_var_expand
    @cell_magic
    def dockerfile(self, line: str, cell: str) -> Any:
        """Build the cell as a Dockerfile."""
        from dockermagic.builds.cell import build_cell

        request = read_options(line, cell, session.notebook_folder(self.shell), os.environ)
        if request is None:
            page(help_text(DOCKERFILE))
            return None
        request = replace(request, labels=(*request.labels, *session.labels(self.shell)))
        try:
            build = build_cell(request, session.CURRENT, self.shell)
        except (BuildFailed, BuildCancelled) as ended:
            self._keep(request.save_as, ended.build)
            raise
        self._keep(request.save_as, build)
        return build

    @no_var_expand
    @line_magic
    def docker_engine(self, line: str) -> Any:
        """Show the engine."""
        found = report(line, session.CURRENT)
        if found is None:
            page(help_text(ENGINE))
        return found

    @no_var_expand
    @line_cell_magic
    def docker(self, line: str, cell: str | None = None) -> Any:
        """Carry out a docker command: `%docker` alone lists them, `%docker COMMAND --help` tells all about one."""
        from dockermagic.commands.cell import run_docker

        place = session.own_labels(self.shell), session.notebook_folder(self.shell)
        return run_docker(line, session.CURRENT, self.shell, *place, cell)

    @no_var_expand
    @line_cell_magic
    def docker_run(self, line: str, cell: str | None = None) -> Any:
        """Make a container of an image and start it; `%docker_run --help` tells all of its flags."""
        from dockermagic.commands.running import RUN_VERB

        return self._verb(RUN_VERB, line, cell)

    @no_var_expand
    @line_cell_magic
    def compose(self, line: str, cell: str | None = None) -> Any:
        """Carry out a docker compose command; the cell is the file: `%%compose up -d`. `%compose --help` tells more."""
        from dockermagic.compose.cell import compose_cell
        from dockermagic.compose.flags import HELP
        from dockermagic.compose.request import read_compose
        from dockermagic.labels import NOTEBOOK

        labels = session.own_labels(self.shell)
        request = read_compose(line, cell, session.notebook_folder(self.shell), os.environ, dict(labels)[NOTEBOOK])
        if request is None:
            page(HELP)
            return None
        return compose_cell(request, session.CURRENT, self.shell, labels)

    @no_var_expand
    @line_magic
    def docker_lifecycle(self, line: str) -> Any:
        """Show the lives of containers; `%docker_lifecycle --help` tells more."""
        from dockermagic.commands.lenses import LIFECYCLE

        return self._verb(LIFECYCLE, line)

    @no_var_expand
    @line_magic
    def docker_ports(self, line: str) -> Any:
        """Show which port leads to which container; `%docker_ports --help` tells more."""
        from dockermagic.commands.lenses import PORTS

        return self._verb(PORTS, line)

    @no_var_expand
    @line_magic
    def docker_volumes(self, line: str) -> Any:
        """Show what of a container survives its removal; `%docker_volumes --help` tells more."""
        from dockermagic.commands.lenses import VOLUMES

        return self._verb(VOLUMES, line)

    @no_var_expand
    @line_magic
    def docker_networks(self, line: str) -> Any:
        """Show which containers are on which network; `%docker_networks --help` tells more."""
        from dockermagic.commands.lenses import NETWORKS

        return self._verb(NETWORKS, line)

    @no_var_expand
    @line_magic
    def docker_layers(self, line: str) -> Any:
        """Open an image, layer by layer; `%docker_layers --help` tells more."""
        from dockermagic.commands.layers import LAYERS

        return self._verb(LAYERS, line)

    @no_var_expand
    @line_magic
    def docker_files(self, line: str) -> Any:
        """Show a file or a directory of an image, as a layer left it; `%docker_files --help` tells more."""
        from dockermagic.commands.files import FILES

        return self._verb(FILES, line)

    @no_var_expand
    @line_magic
    def docker_explain(self, line: str) -> Any:
        """Take a docker command line apart, and run nothing; `%docker_explain --help` tells more."""
        from dockermagic.commands.lenses import EXPLAIN

        return self._verb(EXPLAIN, line)

    @no_var_expand
    @line_cell_magic
    def docker_predict(self, line: str, cell: str | None = None) -> Any:
        """Say what would come from the cache, without building; `%docker_predict --help` tells more."""
        from dockermagic.commands.caching import PREDICT

        return self._verb(PREDICT, line, cell)

    @no_var_expand
    @line_magic
    def docker_whatif(self, line: str) -> Any:
        """Say which steps would run again if files changed; `%docker_whatif --help` tells more."""
        from dockermagic.commands.caching import WHATIF

        return self._verb(WHATIF, line)

    @no_var_expand
    @line_magic
    def docker_compare(self, line: str) -> Any:
        """Put two builds side by side; `%docker_compare --help` tells more."""
        from dockermagic.commands.comparing import COMPARE

        return self._verb(COMPARE, line)

    @no_var_expand
    @line_magic
    def docker_context(self, line: str) -> Any:
        """Show what a build gets to see of a folder; `%docker_context --help` tells more."""
        from dockermagic.commands.caching import CONTEXT

        return self._verb(CONTEXT, line)

    @no_var_expand
    @cell_magic
    def dockerignore(self, line: str, cell: str) -> Any:
        """Write the cell as .dockerignore, and show what it leaves out; `%docker_context --help` tells more."""
        from dockermagic.commands.caching import IGNORE

        return self._verb(IGNORE, line, cell)

    @no_var_expand
    @line_magic
    def docker_progress(self, line: str) -> Any:
        """Show which exercises are done; `%docker_progress --help` tells more."""
        from dockermagic.course import progress_report

        found = progress_report.report(line, self.shell)
        if found is None:
            page(help_text(progress_report.PROGRESS))
        return found

    @no_var_expand
    @line_magic
    def docker_record(self, line: str) -> None:
        """Record what this notebook shows; `%docker_record --help` tells more."""
        from dockermagic.recordings import magic

        self._say(magic.record(line, self.shell), magic.RECORD)

    @no_var_expand
    @line_magic
    def docker_replay(self, line: str) -> None:
        """Show a recording again; `%docker_replay --help` tells more."""
        from dockermagic.recordings import magic

        self._say(magic.replay(line, self.shell), magic.REPLAY)

    @no_var_expand
    @line_magic
    def docker_reset(self, line: str) -> Any:
        """Remove what this notebook made; `%docker_reset --help` tells more."""
        from dockermagic.commands.removals import RESET

        return self._verb(RESET, line)

    def _verb(self, verb: Verb, line: str, cell: str | None = None) -> Any:
        from dockermagic.commands.cell import carry_out

        place = session.own_labels(self.shell), session.notebook_folder(self.shell)
        return carry_out(verb, split(line, verb.command.name), session.CURRENT, self.shell, *place, cell)

    @staticmethod
    def _say(told: str | None, command: Command) -> None:
        """Print an answer in words; where there is none, help was asked for."""
        if told is None:
            page(help_text(command))
        elif told:
            sys.stdout.write(f"{told.rstrip()}\n")

    def _keep(self, name: str, value: Any) -> None:
        if name and self.shell is not None:
            self.shell.user_ns[name] = value

    # What `%%dockerfile?` shows is made of the same table that the line is read with.
    dockerfile.__doc__ = help_text(DOCKERFILE)
    docker_engine.__doc__ = help_text(ENGINE)
