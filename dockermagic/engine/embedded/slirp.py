"""The user-mode network library libslirp, through ctypes: its structures, and the calls that are used.

Source: libslirp.h, version 4.5 and later. This file and `network.py` run as a program of their own and import nothing of ours else.
"""

from __future__ import annotations

import ctypes
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

LIBRARIES = ("libpcre.so.3", "libglib-2.0.so.0", "libslirp.so.0")
"""In the order in which they are needed by each other; each is loaded by its full path, whatever the system has."""
IN, OUT, PRI, ERR, HUP = 1, 2, 4, 8, 16
POLLED = ((IN, select.POLLIN), (OUT, select.POLLOUT), (PRI, select.POLLPRI), (ERR, select.POLLERR), (HUP, select.POLLHUP))
GUEST, GUESTS_LOOPBACK = "10.0.2.15", "10.0.2.16"
"""The guest's address, and the one whose traffic the guest hands on to its own loopback."""


class _In(ctypes.Structure):
    _fields_ = (("s", ctypes.c_uint32),)


class _In6(ctypes.Structure):
    _fields_ = (("b", ctypes.c_uint8 * 16),)


class _Config(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_uint32),
        ("restricted", ctypes.c_int),
        ("in_enabled", ctypes.c_bool),
        ("vnetwork", _In),
        ("vnetmask", _In),
        ("vhost", _In),
        ("in6_enabled", ctypes.c_bool),
        ("vprefix_addr6", _In6),
        ("vprefix_len", ctypes.c_uint8),
        ("vhost6", _In6),
        ("vhostname", ctypes.c_char_p),
        ("tftp_server_name", ctypes.c_char_p),
        ("tftp_path", ctypes.c_char_p),
        ("bootfile", ctypes.c_char_p),
        ("vdhcp_start", _In),
        ("vnameserver", _In),
        ("vnameserver6", _In6),
        ("vdnssearch", ctypes.c_void_p),
        ("vdomainname", ctypes.c_char_p),
        ("if_mtu", ctypes.c_size_t),
        ("if_mru", ctypes.c_size_t),
        ("disable_host_loopback", ctypes.c_bool),
        ("enable_emu", ctypes.c_bool),
        ("outbound_addr", ctypes.c_void_p),
        ("outbound_addr6", ctypes.c_void_p),
        ("disable_dns", ctypes.c_bool),
        ("disable_dhcp", ctypes.c_bool),
        ("room", ctypes.c_uint8 * 64),
    )


_P = ctypes.c_void_p
_SEND = ctypes.CFUNCTYPE(ctypes.c_ssize_t, _P, ctypes.c_size_t, _P)
_GUEST_ERROR = ctypes.CFUNCTYPE(None, ctypes.c_char_p, _P)
_CLOCK = ctypes.CFUNCTYPE(ctypes.c_int64, _P)
_TIMER_CALL = ctypes.CFUNCTYPE(None, _P)
_TIMER_NEW = ctypes.CFUNCTYPE(_P, _TIMER_CALL, _P, _P)
_TIMER_FREE = ctypes.CFUNCTYPE(None, _P, _P)
_TIMER_SET = ctypes.CFUNCTYPE(None, _P, ctypes.c_int64, _P)
_DESCRIPTOR = ctypes.CFUNCTYPE(None, ctypes.c_int, _P)
_NOTIFY = ctypes.CFUNCTYPE(None, _P)
_ADD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int, _P)
_EVENTS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, _P)


class _Calls(ctypes.Structure):
    _fields_ = (
        ("send_packet", _SEND),
        ("guest_error", _GUEST_ERROR),
        ("clock_get_ns", _CLOCK),
        ("timer_new", _TIMER_NEW),
        ("timer_free", _TIMER_FREE),
        ("timer_mod", _TIMER_SET),
        ("register_poll_fd", _DESCRIPTOR),
        ("unregister_poll_fd", _DESCRIPTOR),
        ("notify", _NOTIFY),
        ("room", _P * 4),
    )


def _address(text: str) -> _In:
    return _In(struct.unpack("=I", socket.inet_aton(text))[0])


def load(folder: str) -> Any:
    """Load the library, and those that it needs, out of a folder."""
    for name in LIBRARIES:
        library = ctypes.CDLL(os.path.join(folder, name), mode=ctypes.RTLD_GLOBAL, use_errno=True)
    library.slirp_new.restype, library.slirp_new.argtypes = _P, [_P, _P, _P]
    library.slirp_input.argtypes = [_P, _P, ctypes.c_int]
    library.slirp_pollfds_fill.argtypes = [_P, ctypes.POINTER(ctypes.c_uint32), _ADD, _P]
    library.slirp_pollfds_poll.argtypes = [_P, ctypes.c_int, _EVENTS, _P]
    library.slirp_add_hostfwd.argtypes = [_P, ctypes.c_int, _In, ctypes.c_int, _In, ctypes.c_int]
    library.slirp_remove_hostfwd.argtypes = [_P, ctypes.c_int, _In, ctypes.c_int]
    library.slirp_add_hostxfwd.argtypes = [_P, _P, ctypes.c_uint32, _P, ctypes.c_uint32, ctypes.c_int]
    return library


class Slirp:
    """One network with one guest.

    Parameters:
        folder: where the libraries are.
        send: takes a frame for the guest; says how much of it was taken, -1 when it was not.
    """

    def __init__(self, folder: str, send: Callable[[bytes], int]) -> None:
        self._library = load(folder)
        self._timers: dict[int, list[Any]] = {}
        self._polled: list[tuple[int, int]] = []
        self._answers: list[int] = []
        self._config = _Config(
            version=3,
            in_enabled=True,
            vnetwork=_address("10.0.2.0"),
            vnetmask=_address("255.255.255.0"),
            vhost=_address("10.0.2.2"),
            vdhcp_start=_address(GUEST),
            vnameserver=_address("10.0.2.3"),
            disable_host_loopback=True,  # else 10.0.2.2 would lead to whatever listens on the host's loopback
        )
        self._calls = _Calls(
            send_packet=_SEND(lambda data, size, _: send(ctypes.string_at(data, size))),
            guest_error=_GUEST_ERROR(lambda _message, _: None),
            clock_get_ns=_CLOCK(lambda _: time.monotonic_ns()),
            timer_new=_TIMER_NEW(self._new_timer),
            timer_free=_TIMER_FREE(lambda timer, _: self._timers.pop(timer, None) and None),
            timer_mod=_TIMER_SET(self._set_timer),
            register_poll_fd=_DESCRIPTOR(lambda _descriptor, _: None),
            unregister_poll_fd=_DESCRIPTOR(lambda _descriptor, _: None),
            notify=_NOTIFY(lambda _: None),
        )
        self._add_call, self._events_call = _ADD(self._add), _EVENTS(lambda index, _: self._answers[index])
        self._slirp = self._library.slirp_new(ctypes.byref(self._config), ctypes.byref(self._calls), None)

    def _new_timer(self, call: Any, argument: Any, _: Any) -> int:
        number = max(self._timers, default=0) + 1
        self._timers[number] = [call, argument, None]
        return number

    def _set_timer(self, timer: int, when: int, _: Any) -> None:
        self._timers[timer][2] = when

    def _add(self, descriptor: int, events: int, _: Any) -> int:
        self._polled.append((descriptor, sum(theirs for ours, theirs in POLLED[:3] if events & ours)))
        return len(self._polled) - 1

    def wanted(self) -> tuple[dict[int, int], int]:
        """Give the descriptors to poll, with their events, and after how many milliseconds to go on at the latest."""
        self._polled, limit = [], ctypes.c_uint32(1000)
        self._library.slirp_pollfds_fill(self._slirp, ctypes.byref(limit), self._add_call, None)
        wanted: dict[int, int] = {}
        for descriptor, events in self._polled:
            wanted[descriptor] = wanted.get(descriptor, 0) | events
        return wanted, min(limit.value, 1000)

    def went_on(self, ready: dict[int, int]) -> None:
        """Take note of what poll said, and do what is due."""
        self._answers = [
            sum(ours for ours, theirs in POLLED if ready.get(descriptor, 0) & theirs & (events | select.POLLERR | select.POLLHUP))
            for descriptor, events in self._polled
        ]
        self._library.slirp_pollfds_poll(self._slirp, 0, self._events_call, None)
        now = time.monotonic_ns() // 1_000_000
        for timer in list(self._timers.values()):
            if timer[2] is not None and timer[2] <= now:
                timer[2] = None
                timer[0](timer[1])

    def frame(self, data: bytes) -> None:
        """Take a frame that the guest sent."""
        self._library.slirp_input(self._slirp, data, len(data))

    def forward(self, udp: bool, host: str, port: int, guest: str, to: int) -> bool:
        """Let a port of the host lead to one of the guest; says whether it does."""
        return bool(self._library.slirp_add_hostfwd(self._slirp, udp, _address(host), port, _address(guest), to) == 0)

    def close_port(self, udp: bool, host: str, port: int) -> None:
        """Take a port back."""
        self._library.slirp_remove_hostfwd(self._slirp, udp, _address(host), port)

    def forward_socket(self, path: str, guest: str, to: int) -> bool:
        """Let a unix socket of the host, for its owner alone, lead to a port of the guest."""
        here = struct.pack("=H108s", socket.AF_UNIX, os.fsencode(path))
        there = struct.pack("=H", socket.AF_INET) + struct.pack("!H", to) + socket.inet_aton(guest) + bytes(8)
        before = os.umask(0o177)
        try:
            return bool(self._library.slirp_add_hostxfwd(self._slirp, here, len(here), there, len(there), 0) == 0)
        finally:
            os.umask(before)
