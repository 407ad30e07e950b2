"""Signals of Linux by number and name, and what an exit code says of them.

Containers run Linux programs wherever this runs, so these are Linux' numbers, not the ones of this machine.
"""

from __future__ import annotations

__all__ = ["SIGKILL", "SIGTERM", "ended_by", "signal_name", "signal_number"]

SIGKILL, SIGTERM = 9, 15

_NAMES = {
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
    10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 16: "SIGSTKFLT", 17: "SIGCHLD",
    18: "SIGCONT", 19: "SIGSTOP", 20: "SIGTSTP", 21: "SIGTTIN", 22: "SIGTTOU", 23: "SIGURG", 24: "SIGXCPU", 25: "SIGXFSZ",
    26: "SIGVTALRM", 27: "SIGPROF", 28: "SIGWINCH", 29: "SIGIO", 30: "SIGPWR", 31: "SIGSYS",
}  # fmt: skip
_NUMBERS = {name: number for number, name in _NAMES.items()}


def signal_name(number: int) -> str:
    """Give a signal's name, "SIGTERM"; "a signal" for one that the engine did not name, "signal 40" for those without a name."""
    return "a signal" if number <= 0 else _NAMES.get(number, f"signal {number}")


def signal_number(name: str) -> int:
    """Give a signal's number from "SIGTERM", "term" or "15"; 0 if there is none of that name."""
    text = name.strip().upper()
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text)
    return _NUMBERS.get(text if text.startswith("SIG") else f"SIG{text}", 0)


def ended_by(exit_code: int | None) -> int:
    """Give the signal that an exit code names (128 and the signal's number), 0 if it names none."""
    if exit_code is None or not 128 < exit_code < 128 + 65:
        return 0
    return exit_code - 128
