"""Start a program that reaches only some files, on one processor, and ends with who started it: a program of its own.

    python confine.py '{"run": [...], "read": [...], "write": [...], "cpu": 0}'

1. Landlock (Linux 5.13 and later) needs no privilege: reading below `read`, everything below `write`, nothing elsewhere.
   Where the kernel has none, the program is started without it.
2. Pinned to one processor: its threads of control take turns anyway, and waking the next one elsewhere costs five times as much.
3. When the parent ends, however that happens, the kernel ends the program.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import stat
import struct
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
GET_VERSION, PATH_BENEATH = 1, 1
NO_NEW_PRIVILEGES, PARENT_DEATH_SIGNAL = 38, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIRECTORY, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READING = EXECUTE | READ_FILE | READ_DIRECTORY


def rights(version: int) -> int:
    """Give the rights that a version of Landlock knows and that are taken away unless granted; not ioctl, which consoles need.

    Parameters:
        version: of its ABI; 2 added moving between folders, 3 truncating.
    """
    return (1 << {1: 13, 2: 14}.get(version, 15)) - 1


def confine(read: list[str], write: list[str]) -> bool:
    """Take everything but these files and folders away from this process; says whether the kernel can."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION)
    if version < 1:
        return False
    all_rights = rights(version)
    attributes = struct.pack("=Q", all_rights)
    ruleset = call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    for path, granted in [(path, READING & all_rights) for path in read] + [(path, all_rights) for path in write]:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                granted &= OF_FILES
            failed = call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", granted, descriptor), 0)
            os.close(descriptor)
            if failed:
                return False
    return bool(call(RESTRICT_SELF, ruleset, 0) == 0)


def main() -> None:
    """Read what is asked for, and become the program."""
    told = json.loads(sys.argv[1])
    control = ctypes.CDLL(None).prctl
    control(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == 1 and told.get("parent", 1) != 1:
        sys.exit("who started this has ended")
    control(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {told["cpu"]})
    confined = confine([*told["read"], f"/proc/{os.getpid()}"], told["write"])
    sys.stdout.write(f"dm: confined {'yes' if confined else 'no'}\n")
    sys.stdout.flush()
    os.execv(told["run"][0], told["run"])  # noqa: S606  # to become it is the point


if __name__ == "__main__":
    main()
