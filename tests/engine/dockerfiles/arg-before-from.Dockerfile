#: build-arg WORD=given
ARG BASE=busybox
ARG WORD=default
FROM ${BASE} AS base
ARG WORD
ARG OTHER=other
RUN echo "$WORD $OTHER" > /words
ENV KEPT=$WORD
