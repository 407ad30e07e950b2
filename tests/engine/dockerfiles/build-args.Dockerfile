#: build-arg VERSION=1.2.3
#: build-arg EMPTY=
FROM busybox
ARG VERSION
ARG EMPTY=full
ARG DEFAULT=yes
ENV VERSION=${VERSION:-none} PLUS=${VERSION:+set} EMPTY=[$EMPTY]
LABEL version="$VERSION" default=${DEFAULT}
RUN env | grep -E '^(VERSION|EMPTY|DEFAULT|PLUS)=' | sort > /env
