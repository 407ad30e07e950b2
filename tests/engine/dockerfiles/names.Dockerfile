FROM busybox
COPY ["spaces in name.txt", "grüße 世界.txt", "/names/"]
COPY quo*.txt /quotes/
COPY names /names
RUN ls /names > /listed
