"""The exercises of the lessons about Compose: what a wrong way has brought up is what the next `up` finds."""

from __future__ import annotations

from tests.engine.wrong_ways import Lesson, wrong

READER = "sh -c 'until wget -q -O - http://{address}:8080; do sleep 0.5; done; sleep 1000'"
GUESTS = """%%compose up -d -t 0
name: lesson-guests
services:
  book:
    image: busybox
    command: sh -c 'mkdir -p /book; echo "hello, guest" >> /book/index.html; exec httpd -f -p 8080 -h /book'
    {book}
  reader:
    image: busybox
    command: {command}
{end}"""
SHOP = """%%compose up -d -t 0 --force-recreate
name: lesson-ready
services:
  shop:
    image: busybox
    command: sh -c 'mkdir -p /www; echo open > /www/index.html; exec httpd -f -p 8080 -h /www'
    healthcheck:
      test: {test}
      interval: 0.3s
      retries: {retries}
"""
GUEST = """  guest:
    image: busybox
    command: sh -c 'sleep 1; wget -q -O - http://shop:8080 && sleep 1000'
"""


def guests(*, book: str = "", address: str = "book", end: str = "") -> str:
    """Write the guest book's file."""
    return GUESTS.format(book=book, command=READER.format(address=address), end=end)


def shop(test: str, retries: int = 2) -> str:
    """Write the shop's file."""
    return SHOP.format(test=test, retries=retries)


ASKS = '["CMD", "wget", "-q", "-O", "-", "http://localhost:8080"]'

COMPOSE = (
    Lesson(
        "11-compose",
        (),
        (
            (
                wrong("localhost is the container itself", guests(address="localhost")),
                wrong("a name that nobody has", guests(address="guests")),
            ),
            (
                wrong("this machine's port comes first", guests(book='ports: ["127.0.0.1:8080:8129"]')),
                wrong("It publishes no port", guests(book='expose: ["8080"]')),
            ),
            (
                wrong("a volume without a name at /book", guests(book="volumes: [/book]")),
                wrong(
                    "Mounted: guests at /data",
                    "%compose rm -f -s -v book",
                    guests(book='volumes: ["guests:/data"]', end="volumes:\n  guests:\n"),
                ),
            ),
            (
                wrong("no container that used it was removed", "%compose down -v -t 0", "%compose up -d"),
                wrong("There has been no down", "%compose up -d -t 0 --force-recreate"),
            ),
        ),
        long=True,
    ),
    Lesson(
        "12-health-checks",
        (),
        (
            (
                wrong("curl", shop('["CMD", "curl", "http://localhost:8080"]')),
                wrong("Connection refused", shop('["CMD", "wget", "-q", "-O", "-", "http://localhost:80"]')),
            ),
            (
                wrong("It waits until shop is started", f"{shop(ASKS, 20)}{GUEST}    depends_on: [shop]\n"),
                wrong("It does not wait for shop", f"{shop(ASKS, 20)}{GUEST}"),
            ),
            (
                wrong("it has no health check", "%docker_run -d --name lesson-checked busybox sleep 1000"),
                wrong(
                    "its health: unhealthy",
                    "%docker_run -d --name lesson-checked --health-cmd false --health-interval 1s --health-retries 1 busybox top",
                ),
            ),
        ),
        long=True,
    ),
)
