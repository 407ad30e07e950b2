"""The values of a container's flags: every reader gives a value or says what is wrong, whatever it is given."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.options import addresses, devices, limits, mounts, networks, numbers, ports, references, volumes
from dockermagic.containers.options.fields import split_fields
from dockermagic.containers.options.files import variables
from dockermagic.errors import UsageError

READERS: list[Callable[[str], Any]] = [
    addresses.check_link,
    addresses.check_mac,
    addresses.read_address,
    addresses.read_host,
    addresses.read_search,
    devices.check_rule,
    devices.read_device,
    devices.read_gpus,
    devices.read_operations,
    devices.read_rate,
    devices.read_weight,
    limits.check_env,
    limits.check_label,
    limits.check_security,
    limits.check_small,
    limits.check_swappiness,
    limits.check_sysctl,
    limits.compact,
    limits.read_restart,
    limits.read_ulimit,
    mounts.read_mount,
    networks.read_network,
    numbers.read_bytes,
    numbers.read_cpus,
    numbers.read_duration,
    numbers.read_integer,
    numbers.read_swap,
    ports.read_expose,
    ports.read_publish,
    references.check_image,
    references.read_platform,
    split_fields,
    volumes.read_volume,
]
SHARP = st.text(alphabet=st.sampled_from('0123456789abkmgt.:,=/-+"[]* \t\\%eEé٣²_'), max_size=30)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(st.one_of(st.text(max_size=60), SHARP, st.sampled_from(["1e" + "9" * 50, "9" * 3000, "1/" + "3" * 200, "[" * 3000, "\x00"])))
def test_a_reader_reads_or_says_what_is_wrong(read: Callable[[str], Any], text: str) -> None:
    allowed = (ValueError, RecursionError) if read is limits.compact else (ValueError,)
    with contextlib.suppress(*allowed):
        read(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1", 1),
        ("1b", 1),
        ("1k", 1024),
        ("1KB", 1024),
        ("1KiB", 1024),
        ("1.5g", 1610612736),
        ("64 m", 67108864),
        ("2 ", 2),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert numbers.read_bytes(text) == size


@given(st.integers(0, 2**40), st.sampled_from(["", "b", "B"]))
def test_plain_bytes_are_themselves(size: int, unit: str) -> None:
    assert numbers.read_bytes(f"{size}{unit}") == size


@pytest.mark.parametrize("text", ["", "m", "1mm", "1 m b", "-1", "1i", "1ib", "1bb", "٣m", "1  m", "nan", "inf"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="memory"):
        numbers.read_bytes(text)


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("0", 0),
        ("1s", 10**9),
        ("1.5s", 1_500_000_000),
        ("1h2m3s4ms5us6ns", 3_723_004_005_006),
        ("-2m", -120 * 10**9),
        (".5ms", 500_000),
    ],
)
def test_durations(text: str, nano: int) -> None:
    assert numbers.read_duration(text) == nano


@pytest.mark.parametrize("text", ["", "1", "s", ".s", "1 s", "1d", "1s2", "--1s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        numbers.read_duration(text)


def test_ports_of_a_range_are_paired() -> None:
    found = ports.read_publish("127.0.0.1:8000-8002:90-92/udp")
    assert [(each.host_ip, each.host_port, each.port) for each in found] == [
        ("127.0.0.1", "8000", "90/udp"),
        ("127.0.0.1", "8001", "91/udp"),
        ("127.0.0.1", "8002", "92/udp"),
    ]


@given(st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(["tcp", "udp", "sctp"]))
def test_one_port_leads_to_one(host: int, port: int, protocol: str) -> None:
    assert ports.read_publish(f"{host}:{port}/{protocol}") == [ports.Binding(f"{port}/{protocol}", "", str(host))]


def test_a_port_that_is_asked_for_twice_is_named() -> None:
    _, bound = ports.publishing(["8080:80", "8081:81"], [])
    assert ports.taken_twice(bound) == ""
    _, bound = ports.publishing(["8080:80", "8080:81"], [])
    assert "8080" in ports.taken_twice(bound)
    _, bound = ports.publishing(["8080:80", "8080:80/udp", "127.0.0.1:8080:81", ":82", ":83", "80-90:1", "80-90:2"], [])
    assert ports.taken_twice(bound) == ""


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("./x:/y", "/home/ada/lesson/x:/y"),
        (".:/y:ro", "/home/ada/lesson:/y:ro"),
        ("../x:/y", "/home/ada/x:/y"),
        ("~/x:/y", "/home/ada/x:/y"),
        ("~:/y", "/home/ada:/y"),
        ("$PWD:/y", "/home/ada/lesson:/y"),
        ("${PWD}/x:/y", "/home/ada/lesson/x:/y"),
        ("$(pwd)/x:/y", "/home/ada/lesson/x:/y"),
        ("$PWDX:/y", "$PWDX:/y"),
        ("name:/y", "name:/y"),
    ],
)
def test_folders_as_a_shell_would_have_them(text: str, sent: str) -> None:
    assert volumes.read_volume(text, Path("/home/ada/lesson"), {"HOME": "/home/ada"}) == (sent, False)


def test_an_anonymous_volume() -> None:
    assert volumes.read_volume("/data") == ("/data", True)


def test_mounts_leave_out_what_is_empty() -> None:
    assert mounts.read_mount("type=bind,src=./x,dst=/y,ro", Path("/here")) == {
        "Type": "bind",
        "Source": "/here/x",
        "Target": "/y",
        "ReadOnly": True,
    }
    assert mounts.read_mount("dst=/y,volume-nocopy") == {
        "Type": "volume",
        "Target": "/y",
        "VolumeOptions": {"NoCopy": True, "DriverConfig": {}},
    }


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\r\n"), min_size=1, max_size=8), min_size=1, max_size=5))
def test_fields_come_back(fields: list[str]) -> None:
    written = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    assert split_fields(written) == fields


@pytest.mark.parametrize(
    ("image", "name", "tag", "host"),
    [
        ("busybox", "busybox", "latest", "docker.io"),
        ("team/app:1.0", "team/app", "1.0", "docker.io"),
        ("localhost/app", "localhost/app", "latest", "localhost"),
        ("registry.example:5000/a/b", "registry.example:5000/a/b", "latest", "registry.example:5000"),
        ("app:1@sha256:" + "a" * 64, "app", "sha256:" + "a" * 64, "docker.io"),
    ],
)
def test_names_of_images(image: str, name: str, tag: str, host: str) -> None:
    references.check_image(image)
    assert references.split_image(image) == (name, tag)
    assert references.registry_of(image) == host


def test_capitals_in_a_name_are_put_right() -> None:
    with pytest.raises(ValueError, match="write busybox:Tag"):
        references.check_image("Busybox:Tag")


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", "linux/amd64"),
        ("arm64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("Linux/AARCH64", "linux/arm64"),
        ("windows", "windows/amd64"),
    ],
)
def test_platforms(text: str, platform: str) -> None:
    assert references.read_platform(text) == platform


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=8), st.integers(), st.lists(st.booleans(), max_size=3))))
def test_compacted_json_says_the_same(value: dict[str, Any]) -> None:
    import json

    compacted = limits.compact(json.dumps(value, indent=3))
    assert json.loads(compacted) == value
    assert len(compacted) <= len(json.dumps(value, separators=(",", ":")))


@given(st.binary(max_size=200))
def test_files_of_variables_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UsageError):
        assert all("=" in each for each in variables("--env-file", "app.env", data, {"A": "1"}))


def test_rules_are_matched_as_a_whole() -> None:
    devices.check_rule("c 1:3 rwm")
    with pytest.raises(ValueError, match="TYPE"):
        devices.check_rule("c 1:3 rwm ")


def test_links_and_names_of_networks() -> None:
    config = networks.endpoints([networks.read_network("mine")], networks.Endpoint("", links=("a:b",), ip="10.0.0.9"))
    assert config["mine"]["Links"] == ["a:b"]
    assert config["mine"]["IPAMConfig"] == {"IPv4Address": "10.0.0.9"}
    assert networks.endpoints([networks.read_network("mine")], networks.Endpoint("")) == {}
