#: secret token
FROM busybox
RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /length
RUN --mount=type=secret,id=token,target=/etc/token,uid=7,gid=8,mode=0440 stat -c '%a %u %g' /etc/token > /stat
RUN --mount=type=secret,id=absent test ! -e /run/secrets/absent
