FROM busybox
COPY --chmod=0640 a.txt /a
COPY --chmod=4755 a.txt b.txt /both/
COPY --chmod=700 dir /dir
