#: only-a-base
FROM busybox
ONBUILD COPY a.txt /from-context
ONBUILD RUN echo triggered > /triggered
ONBUILD ENV INHERITED=yes
