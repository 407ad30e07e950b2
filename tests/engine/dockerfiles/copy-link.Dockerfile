#: engines 28
FROM busybox
COPY --link a.txt /linked/a.txt
COPY --link --chown=3:4 dir /linked/dir
RUN ls -R /linked > /listed
