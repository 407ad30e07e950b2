FROM busybox
VOLUME /data
VOLUME ["/with space", "/second"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=1s --retries=2 CMD wget -q localhost || exit 1
STOPSIGNAL SIGQUIT
EXPOSE 80 443/tcp 53/udp 8000-8003
MAINTAINER Somebody <somebody@example.org>
ENTRYPOINT ["/bin/sh", "-c"]
CMD ["echo \"quoted\"; exit 0"]
