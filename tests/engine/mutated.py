"""The projects that `mutations` changes: Dockerfiles, files, symlinks."""

from __future__ import annotations

SHOW = "find . | sort | xargs stat -c '%a %n'; cat $(find . -type f | sort)) > /out"
"""The end of a command whose output shows every change of its folder; folders' permissions are made equal before."""

PROJECTS: dict[str, str] = {
    "node": """FROM BASE
WORKDIR /app
COPY package.json package-lock.json ./
RUN echo install SALT
COPY . .
RUN echo test
CMD true
""",
    "careless": """FROM BASE
WORKDIR /app
COPY . .
RUN echo install SALT
EXPOSE 3000
CMD ["true"]
""",
    "stages": f"""FROM BASE AS build
WORKDIR /src
COPY src .
RUN (echo SALT; cat /mark; {SHOW}
FROM busybox
ARG V=1
COPY --from=build /out /out
COPY docs/*.txt /docs/
RUN echo V
""",
    "globs": """FROM busybox
COPY *.txt docs/?.txt /a/
RUN echo SALT
COPY src/*.[jp]* /b/
COPY docs/../src/ma?n.py conf/ /c/
RUN true
""",
    "folders": """FROM BASE
ENV LEVEL=1
COPY src /app/src
RUN echo SALT
COPY conf/ /etc/conf/
RUN echo $LEVEL
COPY docs docs/a.txt /d/
""",
    "links": """FROM busybox
COPY current /now
RUN echo SALT
COPY links /links
RUN true
COPY one.txt link.txt /l/
""",
    "ignored": """FROM busybox
WORKDIR /app
COPY . .
RUN echo SALT
""",
    "variables": """ARG TAG=latest
FROM busybox:$TAG
ARG WHICH=a
ARG UNUSED=1
ENV LEVEL=1 KIND=$WHICH
COPY docs/${WHICH}.txt /x
RUN echo SALT
WORKDIR /w/$LEVEL
ARG LATE
RUN true
""",
    "inherited": f"""FROM BASE AS base
ARG V=1
ENV LEVEL=1
WORKDIR /src
COPY conf .
FROM base AS build
COPY src .
RUN (echo SALT $LEVEL $V; cat /mark; {SHOW}
FROM base
COPY --from=1 /out .
COPY docs .
RUN true
""",
    "mounts": """FROM busybox
USER 1000
RUN --mount=type=bind,source=src,target=/src echo SALT; ls /src
SHELL ["/bin/sh", "-e", "-c"]
RUN --mount=type=cache,target=/c --mount=type=bind,source=docs/a.txt,target=/a.txt cat /a.txt
USER root
COPY --chown=5:5 conf /conf
""",
    "forms": """FROM BASE
COPY ["one.txt", "two.txt", "/x y/"]
ADD --chown=1:2 docs /docs
RUN ["echo", "SALT"]
LABEL a=1
HEALTHCHECK NONE
ADD archive.tar /un/
RUN true
""",
    "newer": """FROM busybox
RUN echo SALT
COPY --link one.txt /l/
COPY <<EOF /h
text
EOF
RUN <<EOF
echo heredoc
EOF
COPY --chmod=700 docs /docs
""",
}
"""Dockerfiles by the name of their project. SALT is new in every test, BASE an image of its own that has a file /mark."""
ONLY_NEWER = frozenset({"newer"})
FILES = {
    "package.json": "{}\n",
    "package-lock.json": "{}\n",
    "one.txt": "one\n",
    "two.txt": "two\n",
    "notes.log": "log\n",
    "docs/a.txt": "a\n",
    "docs/b.txt": "b\n",
    "docs/deep/c.txt": "c\n",
    "src/main.py": "print()\n",
    "src/index.js": "1\n",
    "src/lib/x.py": "x = 1\n",
    "conf/app.ini": "[a]\n",
    "conf/.hidden": "h\n",
    "v1/file": "1\n",
    "v2/file": "2\n",
    "links/real": "r\n",
    "node_modules/m/index.js": "m\n",
}
RUNS = ("RUN echo", "RUN true", "RUN (echo")
LINKS = {"current": ("v1", "v2"), "link.txt": ("two.txt", "one.txt"), "links/to": ("real", "gone"), "links/loop": ("loop", "to")}
IGNORE = "node_modules\n*.log\n!important.log\n**/deep\n!docs/deep/kept.txt\nlinks\n"
