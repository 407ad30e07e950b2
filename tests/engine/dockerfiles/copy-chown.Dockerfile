FROM busybox
RUN echo "someone:x:1234:1234::/home:/bin/sh" >> /etc/passwd
COPY --chown=someone a.txt /a
COPY --chown=55:66 dir /dir
COPY --chown=someone:nogroup dir/sub/deep.txt /made/for/it
COPY owned.txt owned/ /plain/
