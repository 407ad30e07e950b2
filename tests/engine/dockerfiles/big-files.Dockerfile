FROM busybox
COPY big.bin many /data/
RUN sha256sum /data/big.bin > /sum && ls /data | wc -l > /count
