FROM busybox
COPY --from=debian:bookworm-slim /etc/debian_version /etc/os-release /
COPY --from=debian:bookworm-slim /etc/alternatives /alternatives
