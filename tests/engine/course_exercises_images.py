"""The exercises of the lessons about layers, registries, contexts and stages."""

from __future__ import annotations

from tests.engine.wrong_ways import Lesson, wrong
from tests.rig.applications import REGISTRY

SHOP = """import os, secrets
os.makedirs("shop/src")
open("shop/package.json", "w").write(secrets.token_hex(8))
open("shop/src/index.js", "w").write("// shop")"""
TOOLED = """%%dockerfile -t shop:3 --context shop --as {name}
FROM busybox
WORKDIR /app
{lines}"""
AFTER = "import dockermagic\nafter = dockermagic.build(tooled.dockerfile, context='shop')"
TUNED = """{first}RUN echo getting a tool
COPY package.json ./
RUN echo installing $(cat package.json); sleep 2
{second}COPY . .
RUN echo testing"""
PUSHED = """%%dockerfile -t localhost:5055/team/shop:{version} --no-context
FROM busybox
RUN mkdir /app && echo version {version} > /app/shop.txt"""
BLOG = """from pathlib import Path
import os
os.environ["TOKEN"] = "lent, not kept"
for path, size in {"index.html": 20, "posts/first.md": 20, "posts/spelling.log": 2000, "drafts/ready.md": 20, "drafts/idea.md": 20,
                   "cache/pages.bin": 2000, "server.log": 2000, ".env": 20}.items():
    Path("blog", path).parent.mkdir(parents=True, exist_ok=True)
    Path("blog", path).write_text("x" * size)"""
BUILT = "%%dockerfile -t blog:1 --context blog\nFROM busybox\n"
LENT = "%%dockerfile -t blog:2 --no-context --as lent\nFROM busybox\n"
SOURCES = "RUN head -c 6000 /dev/urandom > sources.bin\n"
ONE = "%%dockerfile -t checksum:1 --no-context --as breath\nFROM busybox\nWORKDIR /work\n"
TWO = """%%dockerfile -t checksum:2 --no-context --as stages
FROM busybox AS builder
WORKDIR /work
RUN head -c 6000 /dev/urandom > sources.bin
RUN sha256sum sources.bin > checksum.txt
"""
THREE = "%%dockerfile -t checksum:3 --no-context --as bare\n"

IMAGES = (
    Lesson(
        "02-layers-and-cache",
        (SHOP,),
        (
            (
                wrong(
                    "What changes more often?",
                    TOOLED.format(
                        name="tooled",
                        lines="COPY package.json ./\nRUN echo getting a tool\nRUN echo installing\nCOPY . .\nRUN echo testing",
                    ),
                ),
                wrong(
                    "no RUN holds it",
                    TOOLED.format(name="tooled", lines="COPY package.json ./\nRUN echo installing\nCOPY . .\nRUN echo testing"),
                ),
            ),
            (
                wrong("Which COPY stands above this step", f"open('shop/src/index.js', 'a').write(' ')\n{AFTER}"),
                wrong("content, name or permissions", f"import os\nos.utime('shop/package.json', (0, 0))\n{AFTER}"),
            ),
            (
                wrong("belongs below it", TOOLED.format(name="tuned", lines=TUNED.format(first="ENV LEVEL=debug\n", second=""))),
                wrong(
                    "A line that begins with ENV is missing",
                    TOOLED.format(name="tuned", lines=TUNED.format(first="", second="RUN export LEVEL=debug\n")),
                ),
            ),
        ),
        long=True,
    ),
    Lesson(
        "03-registries",
        (
            "%docker_run -d --as registry --name my-registry -p 127.0.0.1:5055:5000 registry:2",
            PUSHED.format(version=1),
            PUSHED.format(version=2),
            "import time\nwhile 'listening on' not in registry.logs():\n    time.sleep(0.1)",
            "%docker push localhost:5055/team/shop:1",
            "%docker push localhost:5055/team/shop:2 --as second",
            "%docker tag localhost:5055/team/shop:2 localhost:5055/archive/shop:stable",
        ),
        (
            (
                wrong("when it was pushed there", "%docker tag busybox localhost:5055/base/busybox:1"),
                wrong(
                    "docker push localhost:5055/base/busybox:1",
                    "%docker tag busybox localhost:5055/busybox:1",
                    "%docker push localhost:5055/busybox:1",
                ),
            ),
            (
                wrong("push sends that name", "%docker tag localhost:5055/team/shop:1 localhost:5055/team/shop:2"),
                wrong(
                    "Whose content was pushed",
                    "%docker tag localhost:5055/archive/shop:stable localhost:5055/team/shop:2",
                    "%docker push localhost:5055/team/shop:2",
                ),
            ),
            (
                wrong("a label that moves", "%docker_run --name lesson-pinned localhost:5055/team/shop:2 cat /app/shop.txt"),
                wrong(
                    "it exited with 1",
                    "line = f'--name lesson-pinned --no-raise localhost:5055/team/shop@{second.digest} cat /shop.txt'\n"
                    "get_ipython().run_line_magic('docker_run', line)",
                ),
            ),
        ),
        needs=(REGISTRY,),
    ),
    Lesson(
        "09-dockerignore-and-secrets",
        (BLOG,),
        (
            (
                wrong("In any folder: **/", "%%dockerignore blog\n.env\ncache\n*.log\ndrafts\n!drafts/ready.md"),
                wrong("!drafts/ready.md", "%%dockerignore blog\n.env\ncache\n**/*.log\ndrafts"),
            ),
            (
                wrong(
                    "environment BLOG_PASSWORD",
                    f"{BUILT}WORKDIR /blog\nCOPY . .\nENV BLOG_PASSWORD=not-a-real-one",
                ),
                wrong("There is /index.html", f"{BUILT}COPY . ."),
            ),
            (
                wrong("the password has 0 letters", "%docker_run --name lesson-blog blog:1"),
                wrong("It is of busybox", "%docker_run --name lesson-blog -e BLOG_PASSWORD=not-a-real-one busybox echo 14 letters"),
            ),
            (
                wrong(
                    "instruction TOKEN",
                    f"{LENT}ARG TOKEN=lent-not-kept\nRUN echo ${{#TOKEN}} > /length",
                ),
                wrong("RUN --mount=type=secret", f"{LENT}RUN echo 14 > /length"),
            ),
        ),
    ),
    Lesson(
        "13-multi-stage",
        (),
        (
            (
                wrong(
                    "where no container sees it",
                    f"{ONE}{SOURCES}RUN sha256sum sources.bin > checksum.txt\nRUN rm sources.bin",
                ),
                wrong(
                    "Make and remove it in one RUN",
                    f"{ONE}RUN head -c 6000 /dev/urandom > sources.bin && md5sum sources.bin > checksum.txt",
                ),
            ),
            (
                wrong("It has 1", TWO),
                wrong("must never get into a layer", f"{TWO}FROM builder\nRUN rm sources.bin"),
                wrong("There is no /work/checksum.txt", f"{TWO}FROM busybox\nCOPY --from=builder /work/checksum.txt /"),
            ),
            (
                wrong("It has 2", f"{THREE}FROM busybox\nCOPY --from=checksum:2 /work/checksum.txt /checksum.txt"),
                wrong("There is /work/checksum.txt", f"{THREE}FROM scratch\nCOPY --from=checksum:2 /work/checksum.txt /work/"),
            ),
        ),
    ),
)
