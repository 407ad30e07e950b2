FROM busybox
RUN adduser -D -u 1500 worker && mkdir /home/worker/in && chown worker /home/worker/in
USER worker
WORKDIR /home/worker/in
RUN id -u > uid && touch mine
COPY a.txt copied-while-user
WORKDIR made
USER 12:34
CMD ["id"]
