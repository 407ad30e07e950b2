"""The exercises of the lessons: what has to be there before, and typical wrong ways with the hint that fits.

The right way is the lesson's own solution, and the check is the lesson's own check: they are read from its source.
"""

from __future__ import annotations

from tests.engine.course_exercises_compose import COMPOSE
from tests.engine.course_exercises_images import IMAGES
from tests.engine.wrong_ways import Lesson, wrong
from tests.rig.applications import NODE as NODE_IMAGE

WEB = """%%dockerfile -t lesson-web:1 --no-context
FROM busybox
RUN mkdir /www && echo "hello from the container" > /www/index.html
EXPOSE 3000
CMD ["httpd", "-f", "-v", "-p", "3000", "-h", "/www"]"""
NODE = """import os, shutil
os.makedirs("lesson-node/src")
for name in ("package.json", "package-lock.json", "src/index.js", "src/database.js"):
    shutil.copy(f"apps/booking/api/{name}", f"lesson-node/{name}")"""
EARLIER = """%%dockerfile -t lesson-node:2 --context lesson-node --as better
FROM node:20-alpine
WORKDIR /app
{lines}
CMD ["node", "src/index.js"]"""
FINAL = "%%dockerfile -t lesson-final:1 --no-context --as final\nFROM busybox\n"


LESSONS = (
    Lesson(
        "01-images-and-containers",
        (
            "%docker_run -d --name hello-one busybox sh -c 'exit 0'",
            "%docker_run -d --name hello-two busybox sleep 1000",
        ),
        (
            (
                wrong(
                    "Steps with it: none",
                    "%%dockerfile -t hello:2 --context 01-hello --as mended\nFROM busybox\nCOPY numbers.txt /",
                ),
                wrong("failed: COPY", "%%dockerfile -t hello:2 --context 01-hello --as mended\nFROM busybox\nCOPY greetings.txt ."),
            ),
            (
                wrong("it is created", "%docker create --name hello-three busybox sleep 1000"),
                wrong("it had nothing more to do", "%docker_run --name hello-three busybox true"),
            ),
            (
                wrong("A container that has stopped is still there", "%docker stop -t 0 hello-one"),
                wrong("There is still a container called hello-one", "%docker rmi -f no-such-image"),
            ),
        ),
    ),
    Lesson(
        "04-volumes",
        (
            "%docker volume create lesson-data",
            "%docker_run -d --name lesson-db -v lesson-data:/data busybox sleep 1000",
        ),
        (
            (
                wrong("Mounted: nothing", "%docker_run --name lesson-reader busybox echo mine"),
                wrong("it exited with 1", "%docker_run --name lesson-reader -v lesson-data:/data busybox cat /data/nothing"),
            ),
            (
                wrong("no volume of this name", "%docker_run -d --name lesson-keeper -v /notes busybox sleep 1000"),
                wrong(
                    "Mounted: lesson-notes at /data", "%docker_run -d --name lesson-keeper -v lesson-notes:/data busybox sleep 1000"
                ),
            ),
            (
                wrong("A container that has stopped is still there", "%docker stop -t 0 lesson-db"),
                wrong("There is still a container", "%docker volume rm lesson-data"),
            ),
        ),
    ),
    Lesson(
        "05-networks",
        (
            "%docker network create lesson-net",
            "%docker network create lesson-other",
            "%docker_run -d --name lesson-stranger --network lesson-other busybox sleep 1000",
        ),
        (
            (
                wrong("Which networks does it have?", "%docker network connect bridge lesson-stranger"),
                wrong("It is on", "%docker network connect lesson-net no-such-container"),
            ),
            (
                wrong("Further names: none", "%docker_run -d --name lesson-db --network lesson-net busybox sleep 1000"),
                wrong("It is on bridge", "%docker_run -d --name lesson-db busybox sleep 1000"),
            ),
            (
                wrong("no network of this name", "%docker_run -d --name lesson-both --network lesson-net busybox sleep 1000"),
                wrong(
                    "is on network lesson-net",
                    "%docker network create lesson-back",
                    "%docker_run -d --name lesson-both --network lesson-back busybox sleep 1000",
                ),
            ),
        ),
    ),
    Lesson(
        "06-lifecycle",
        (),
        (
            (
                wrong("It was made, and never started", "%docker create --name lesson-mine busybox sleep 1000"),
                wrong("There is no container called lesson-mine", "%docker_run --rm --name lesson-mine busybox true"),
            ),
            (
                wrong("Stopped is neither removed nor paused", "%docker pause lesson-mine"),
                wrong("it is running", "%docker unpause lesson-mine"),
            ),
            (
                wrong("0 times; its policy: no", "%docker_run -d --name lesson-crash busybox sh -c 'exit 1'"),
                wrong("2 times", "%docker_run -d --name lesson-crash --restart on-failure:2 busybox sh -c 'exit 1'"),
            ),
        ),
    ),
    Lesson(
        "07-ports-and-expose",
        (WEB,),
        (
            (
                wrong("What does %docker_ports lesson-any draw?", "%docker_run -d --name lesson-any lesson-web:1"),
                wrong("->8080", "%docker_run -d --name lesson-any -p 127.0.0.1::8080 lesson-web:1"),
            ),
            (
                wrong("It publishes 3000->8126", "%docker_run -d --name lesson-mine -p 127.0.0.1:3000:8126 lesson-web:1"),
                wrong("It publishes no port", "%docker_run -d --name lesson-mine --expose 8126 lesson-web:1"),
            ),
            (
                wrong("->5353.", "%docker_run -d --name lesson-udp -p 127.0.0.1::5353 busybox sleep 1000"),
                wrong("It publishes no port", "%docker_run -d --name lesson-udp --expose 5353/udp busybox sleep 1000"),
            ),
        ),
    ),
    Lesson(
        "08-a-dockerfile-that-wastes-no-time",
        (NODE,),
        (
            (
                wrong("everything does not count", EARLIER.format(lines="COPY . .\nRUN true npm install")),
                wrong(
                    "What changes more often?",
                    EARLIER.format(lines="COPY . .\nRUN true npm install\nCOPY package.json package-lock.json ./"),
                ),
            ),
            (
                wrong("Line 6: cached", "import dockermagic\nagain = dockermagic.build(better.dockerfile, context='lesson-node')"),
                wrong(
                    "Which step above it ran anew?",
                    "import dockermagic\nopen('lesson-node/package.json', 'a').write(' ')\n"
                    "again = dockermagic.build(better.dockerfile, context='lesson-node')",
                ),
            ),
            (
                wrong("What does %docker_ports lesson-api draw?", "%docker_run -d --name lesson-api lesson-node:2"),
                wrong("It publishes 3000->8127", "%docker_run -d --name lesson-api -p 127.0.0.1:3000:8127 lesson-node:2"),
            ),
        ),
        needs=(NODE_IMAGE,),
    ),
    Lesson(
        "10-cheatsheet",
        ("%docker run -d --name lesson-stays busybox sleep 1000",),
        (
            (
                wrong("nothing more to do", "%docker run --name lesson-list busybox true"),
                wrong("no container called lesson-list", "%docker run -d --name list busybox sleep 1000"),
            ),
            (
                wrong("it is paused", "%docker pause lesson-list"),
                wrong("it is running", "%docker unpause lesson-list"),
            ),
            (
                wrong("There is still a container called lesson-list", "%docker container prune"),
                wrong("There is still a container called lesson-list", "%docker stop -t 0 lesson-list"),
            ),
        ),
    ),
    Lesson(
        "14-where-to-go-next",
        (),
        (
            (
                wrong("Which instruction says who runs the program?", f"{FINAL}EXPOSE 3000"),
                wrong("It exposes nothing", f"{FINAL}USER 1000"),
            ),
            (
                wrong(
                    "What does %docker_ports lesson-final draw?",
                    "%docker_run -d --name lesson-final -v lesson-pages:/www lesson-final:1",
                ),
                wrong("Mounted: nothing", "%docker_run -d --name lesson-final -p 8128:3000 lesson-final:1"),
            ),
            (
                wrong("A container that has stopped is still there", "%docker stop -t 0 lesson-final"),
                wrong("There is still a container", "%docker volume rm lesson-pages"),
            ),
        ),
    ),
    *IMAGES,
    *COMPOSE,
)
