"""Lists as the docker command line prints them, and as pages that can be sorted and lead on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.commands import human
from dockermagic.commands.fields.containers import CONTAINERS, container_row, ports_text
from dockermagic.commands.fields.images import IMAGES, image_rows
from dockermagic.commands.listing import aligned, listed
from dockermagic.commands.page_markup import PagesDrawer
from dockermagic.commands.pages import Pages, details, list_page, sort
from tests.unit.hostile_corpus import PAYLOADS

NOW = 1_700_000_000.0


def item(name: str, **more: object) -> dict[str, object]:
    return {
        "Id": name * 32,
        "Names": [f"/{name}"],
        "Image": "busybox",
        "ImageID": "sha256:" + "9" * 64,
        "Command": "sh -c 'sleep 1000; true'",
        "Created": NOW - 90,
        "State": "running",
        "Status": "Up 1 second",
        "Ports": [],
        "Mounts": [],
        "Labels": {"own": name},
        **more,
    }


def test_columns_are_as_wide_as_they_must_be() -> None:
    assert aligned(["A\tB\tC", "long word here\tx\ty"]) == "A                B         C\nlong word here   x         y\n"
    assert aligned(["幅幅幅幅幅幅\tx"]) == "幅幅幅幅幅幅   x\n"


def test_a_list_of_containers() -> None:
    rows = [container_row(item("ab"), NOW), container_row(item("cd", Created=NOW - 7200), NOW)]
    listing = listed(CONTAINERS, rows, [item("ab"), item("cd")])
    first, second, third = listing.text.splitlines()
    assert first.split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    assert '"sh -c \'sleep 1000; …"' in second
    assert "About a minute ago" in second
    assert "2 hours ago" in third
    assert listed(CONTAINERS, rows, [], quiet=True).text == "abababababab\ncdcdcdcdcdcd\n"
    assert listed(CONTAINERS, rows, [], 'table {{.Names}}\\t{{.Label "own"}}').text.splitlines()[0].split() == ["NAMES", "own"]
    assert listed(CONTAINERS, rows, [], "{{.Names}}", quiet=True).text == "ab\ncd\n"
    assert [each["Id"] for each in listing] == ["ab" * 32, "cd" * 32]


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([], ""),
        ([{"PrivatePort": 80, "Type": "tcp"}], "80/tcp"),
        ([{"PrivatePort": n, "Type": "tcp"} for n in (80, 81, 82, 90)], "80-82/tcp, 90/tcp"),
        ([{"IP": "0.0.0.0", "PublicPort": 8080, "PrivatePort": 80, "Type": "tcp"}], "0.0.0.0:8080->80/tcp"),
        ([{"IP": "::", "PublicPort": 8080, "PrivatePort": 80, "Type": "tcp"}], "[::]:8080->80/tcp"),
        ([{"IP": "0.0.0.0", "PublicPort": n, "PrivatePort": n, "Type": "tcp"} for n in (80, 81)], "0.0.0.0:80-81->80-81/tcp"),
    ],
)
def test_ports_are_told_in_short(ports: list[dict[str, object]], text: str) -> None:
    assert ports_text(ports) == text


def test_an_image_has_a_row_for_each_of_its_names() -> None:
    image = {
        "Id": "sha256:" + "a" * 64,
        "RepoTags": ["web:1", "localhost:5000/web:2"],
        "RepoDigests": ["web@sha256:1"],
        "Created": NOW - 5,
        "Size": 1_234_567,
    }
    assert [(row["Repository"], row["Tag"]) for row in image_rows(image, NOW)] == [("localhost:5000/web", "2"), ("web", "1")]
    nameless = {**image, "RepoTags": ["<none>:<none>"], "RepoDigests": []}
    assert [(row["Repository"], row["Tag"], row["Size"]) for row in image_rows(nameless, NOW)] == [("<none>", "<none>", "1.23MB")]
    with_digests = [row["Digest"] for row in image_rows(image, NOW, digests=True)]
    assert with_digests == ["<none>", "sha256:1"]


def test_a_page_is_sorted_by_what_the_cells_mean() -> None:
    images = [
        {"Id": str(n), "RepoTags": [f"{name}:1"], "Created": NOW - old, "Size": size}
        for n, (name, size, old) in enumerate([("b", 900, 10), ("a", 1_000_000, 500_000), ("c", 80_000, 100)])
    ]
    rows = [row for image in images for row in image_rows(image, NOW)]
    page = list_page(listed(IMAGES, rows, images), "docker images")
    names = lambda page: [row[0].text for row in page.rows]  # noqa: E731  # three letters, used thrice
    assert names(sort(page, 4)) == ["b", "c", "a"]
    assert names(sort(sort(page, 4), 4)) == ["a", "c", "b"]
    assert names(sort(page, 3)) == ["b", "c", "a"]
    assert names(sort(page, 0)) == ["a", "b", "c"]
    assert sort(page, 99) is page


def test_pages_lead_on_live_and_are_still_when_saved() -> None:
    listing = listed(CONTAINERS, [container_row(item("ab"), NOW)], [item("ab")])
    drawer = PagesDrawer(listing.text)
    pages = Pages(list_page(listing, "docker ps"))
    assert f'data-do="open container {"ab" * 32}"' in drawer.html(pages, NOW)
    assert 'data-do="sort 0"' in drawer.html(pages, NOW)
    saved = drawer.bundle(pages)
    assert "data-do" not in saved["text/html"]
    assert saved["text/plain"] == listing.text.rstrip("\n")
    data = {
        "Name": "/ab",
        "Image": "sha256:9",
        "Config": {"Image": "busybox"},
        "State": {"Status": "exited", "ExitCode": 3},
        "Path": "sh",
        "Args": [],
        "Mounts": [{"Type": "volume", "Name": "v", "Destination": "/data"}],
        "NetworkSettings": {"Ports": {"80/tcp": None}, "Networks": {"bridge": {"IPAddress": "172.17.0.2"}}},
    }
    opened = Pages(pages.page, details("container", "ab", data, []))
    html = drawer.html(opened, NOW)
    for lead in ("open image sha256:9", "open volume v", "open network bridge", "exit code 3", "not published: 80/tcp"):
        assert lead in html


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_names_stay_text(text: str) -> None:
    listing = listed(CONTAINERS, [container_row(item("ab", Names=[f"/{text}"], Image=text), NOW)], [item("ab")])
    html = PagesDrawer(listing.text).html(Pages(list_page(listing, text)), NOW)
    assert "<script" not in html
    assert "<img" not in html


def test_sizes_and_ages_as_the_command_line_tells_them() -> None:
    assert [human.size(n) for n in (0, 999, 1000, 1_982_358, 7_812_345_678)] == ["0B", "999B", "1kB", "1.98MB", "7.81GB"]
    assert human.memory(25_276_997_632) == "23.54GiB"
    ages = {
        0: "Less than a second",
        1: "1 second",
        59: "59 seconds",
        60: "About a minute",
        3000: "50 minutes",
        3600: "About an hour",
        172_000: "2 days",
        700_000: "8 days",
        2_000_000: "3 weeks",
        9_000_000: "3 months",
        80_000_000: "2 years",
    }
    assert {seconds: human.duration(seconds) for seconds in ages} == ages
    assert human.seconds_of("2026-11-23T09:18:51.5Z") == pytest.approx(1_795_425_531.5)
    assert human.seconds_of("0001-01-01T00:00:00Z") == 0.0


@given(st.text(max_size=40))
def test_any_text_for_a_time_gives_a_number(text: str) -> None:
    assert isinstance(human.seconds_of(text), float)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "PrivatePort": st.integers(1, 65535),
                "PublicPort": st.integers(0, 65535),
                "IP": st.sampled_from(["", "0.0.0.0", "::"]),
                "Type": st.sampled_from(["tcp", "udp"]),
            }
        )
    )
)
def test_any_ports_can_be_told(ports: list[dict[str, object]]) -> None:
    assert isinstance(ports_text(ports), str)
