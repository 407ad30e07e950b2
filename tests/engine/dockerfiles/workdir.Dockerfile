FROM busybox
WORKDIR /one
WORKDIR two
WORKDIR ./three/../four
RUN pwd > where
COPY a.txt ../up.txt
WORKDIR /
RUN pwd > /root-where
