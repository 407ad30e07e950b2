"""How to get an engine, by operating system."""

from __future__ import annotations

import platform
import shutil


def how_to_get_one(system: str, *, refused: bool = False) -> str:
    """Say exactly what to type to get a Docker Engine.

    Parameters:
        system: as `sys.platform` has it.
        refused: an engine was there but did not let us in or did not run a container.
    """
    after = " Then run the cell again."
    if system == "linux" and platform.machine() == "x86_64" and not refused:
        after = f' Without root: pip install "dockermagic[engine]", which brings an engine along.{after}'
    if system == "darwin":
        return (
            "Install Colima and start it: brew install colima docker && colima start. Docker Desktop and OrbStack work as well."
            + after
        )
    if system == "win32":
        return "Install Docker Desktop and start it: winget install Docker.DockerDesktop." + after
    if "microsoft" in platform.release().lower():
        return (
            "In Docker Desktop: Settings → Resources → WSL integration, switch this distribution on. "
            "Or: sudo apt-get install docker.io." + after
        )
    if refused:
        return (
            "If permission was denied: sudo usermod -aG docker $USER, then log out and in (and restart Jupyter). "
            "If nothing listens: sudo systemctl start docker." + after
        )
    for tool, command in (
        ("apt-get", "sudo apt-get install docker.io"),
        ("dnf", "sudo dnf install moby-engine && sudo systemctl enable --now docker"),
        ("pacman", "sudo pacman -S docker && sudo systemctl enable --now docker"),
        ("zypper", "sudo zypper install docker && sudo systemctl enable --now docker"),
        ("apk", "apk add docker && rc-service docker start"),
    ):
        if shutil.which(tool):
            return f"{command}, and let your user reach it: sudo usermod -aG docker $USER, then log out and in." + after
    return "Install Docker Engine with your distribution's packages and start it." + after
