FROM busybox AS build
COPY a.txt dir /src/
RUN mkdir /out && cat /src/a.txt /src/sub/deep.txt > /out/joined

FROM busybox
COPY --from=build /out /app
CMD ["cat", "/app/joined"]
