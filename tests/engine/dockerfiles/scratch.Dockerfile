FROM scratch
COPY static /
ENTRYPOINT ["/hello"]
