FROM busybox
ONBUILD RUN echo later
ONBUILD LABEL a="b c"
