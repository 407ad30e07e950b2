FROM busybox
RUN echo first > /first
FROM busybox
COPY --from=0 /first /copied
RUN echo second > /second
FROM scratch
COPY --from=1 /copied /second /
COPY --from=0 /bin/busybox /bin/sh
