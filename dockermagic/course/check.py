"""`check`: claims about what is really there, one sentence each.

    from dockermagic import check
    check.container("my-app").is_running().publishes("3000->3000").answers("http://localhost:3000", contains="hello")
    check("Make it small").image("my-app:1").is_smaller_than("200 MB").runs_as_non_root()

A claim that does not hold raises `CheckFailed`, which is an `AssertionError`, with a hint that goes further each time. Everything
is written down in the notebook's progress: `%docker_progress`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockermagic import session
from dockermagic.course.builds import BuildCheck, DockerfileCheck
from dockermagic.course.containers import ContainerCheck
from dockermagic.course.contexts import ContextCheck
from dockermagic.course.images import ImageCheck
from dockermagic.course.networks import NetworkCheck
from dockermagic.course.progress import Progress
from dockermagic.course.registries import RegistryCheck
from dockermagic.course.stacks import StackCheck
from dockermagic.course.volumes import VolumeCheck

if TYPE_CHECKING:
    from dockermagic.builds.model import Build
    from dockermagic.engine import Engine

__all__ = ["Check", "check"]


class Check:
    """What can be checked. Call it with an exercise's name to file what follows under it.

    Parameters:
        exercise: the name; what is checked stands for itself when there is none.
        progress: where findings are written down; None for the notebook's own.
        engine: where to look; None for the notebook's.
    """

    def __init__(self, exercise: str = "", *, progress: Progress | None = None, engine: Engine | None = None) -> None:
        self._exercise, self._progress, self._engine = exercise, progress, engine

    def __call__(self, exercise: str) -> Check:
        """Give the same, filed under an exercise's name."""
        return Check(exercise, progress=self._progress, engine=self._engine)

    @property
    def engine(self) -> Engine:
        """The engine that is looked at."""
        return self._engine or session.CURRENT.engine

    @property
    def progress(self) -> Progress:
        """What this notebook's checks found so far."""
        return self._progress or notebooks_progress()

    def container(self, name: str) -> ContainerCheck:
        """Make claims about a container, by its name."""
        return ContainerCheck(self, name, self._exercise)

    def image(self, name: str) -> ImageCheck:
        """Make claims about an image, by its name."""
        return ImageCheck(self, name, self._exercise)

    def build(self, build: Build) -> BuildCheck:
        """Make claims about a build that was kept: `%%dockerfile --as build`."""
        return BuildCheck(self, build, self._exercise)

    def dockerfile(self, text: str) -> DockerfileCheck:
        """Make claims about a Dockerfile's text."""
        return DockerfileCheck(self, text, self._exercise)

    def context(self, folder: str) -> ContextCheck:
        """Make claims about a folder that is built from, and its .dockerignore."""
        return ContextCheck(self, folder, self._exercise)

    def registry(self, address: str) -> RegistryCheck:
        """Make claims about a registry, by what the names of its images begin with: "localhost:5055"."""
        return RegistryCheck(self, address, self._exercise)

    def stack(self, name: str = "") -> StackCheck:
        """Make claims about a Compose project, by its name."""
        return StackCheck(self, name, self._exercise)

    def volume(self, name: str) -> VolumeCheck:
        """Make claims about a volume, by its name."""
        return VolumeCheck(self, name, self._exercise)

    def network(self, name: str) -> NetworkCheck:
        """Make claims about a network, by its name."""
        return NetworkCheck(self, name, self._exercise)


def notebooks_progress(shell: Any = None) -> Progress:
    """Give the progress of the notebook that runs.

    Parameters:
        shell: IPython's; None for the running one.
    """
    from dockermagic.labels import NOTEBOOK, PLACE
    from dockermagic.views.show import running_shell

    labels = dict(session.own_labels(shell if shell is not None else running_shell()))
    return Progress(f"{labels.get(NOTEBOOK, '')} {labels.get(PLACE, '')}")


check = Check()
