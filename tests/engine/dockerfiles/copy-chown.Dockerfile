FROM busybox
RUN adduser -D -u 1234 someone
COPY --chown=someone a.txt /a
COPY --chown=55:66 dir /dir
COPY --chown=someone:nogroup dir/sub/deep.txt /made/for/it
COPY owned.txt owned/ /plain/
