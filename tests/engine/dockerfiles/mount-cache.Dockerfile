FROM busybox
RUN --mount=type=cache,target=/cache echo x > /cache/x; ls /cache > /listed
RUN --mount=type=cache,target=/cache,sharing=locked cat /cache/x > /second
