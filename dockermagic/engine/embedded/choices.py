"""What a person may choose about the embedded engine; apart from what carries it out, so that loading the extension stays quick."""

from __future__ import annotations

__all__ = ["CHOICES"]

CHOICES = ("", "embedded", "found")
"""What `DockerMagic.engine` may be: "" for one where no other is found, "embedded" for one in any case, "found" for never."""
