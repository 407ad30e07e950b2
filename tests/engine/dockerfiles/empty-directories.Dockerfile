FROM busybox
COPY empty /empty
COPY nest /nest
COPY nest/inside/ /inside
WORKDIR /made/by/workdir
