FROM busybox AS tools
RUN echo tool > /tool
FROM busybox
RUN --mount=type=bind,target=/src cp /src/a.txt /copied
RUN --mount=type=bind,from=tools,source=/tool,target=/tool cat /tool > /used
RUN --mount=type=bind,source=dir,target=/dir,rw touch /dir/new && ls /dir > /listed
