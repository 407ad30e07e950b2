"""The magics. Each one parses, runs and shows; what it does is elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand

from dockermagic import session
from dockermagic.builds.options import DOCKERFILE, read_options
from dockermagic.errors import BuildCancelled, BuildFailed
from dockermagic.flags import help_text


@magics_class
class DockerMagic(Magics):
    """Docker in a notebook."""

    @no_var_expand
    @cell_magic
    def dockerfile(self, line: str, cell: str) -> Any:
        from dockermagic.builds.cell import build_cell

        request = read_options(line, cell, session.notebook_folder(self.shell), os.environ)
        if request is None:
            print(help_text(DOCKERFILE))
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
        from dockermagic.engine_report import ENGINE, report

        return report(line, session.CURRENT) or print(help_text(ENGINE))

    def _keep(self, name: str, value: Any) -> None:
        if name and self.shell is not None:
            self.shell.user_ns[name] = value

    dockerfile.__doc__ = help_text(DOCKERFILE)
