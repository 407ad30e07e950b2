FROM busybox
SHELL ["/bin/sh", "-e", "-c"]
RUN echo $0 > /zero; test -f /zero
CMD echo from the shell
ENTRYPOINT exec top -b
