FROM busybox
RUN echo "worker:x:1500:1500::/home/worker:/bin/sh" >> /etc/passwd && mkdir -p /home/worker/in && chown worker /home/worker/in
USER worker
WORKDIR /home/worker/in
RUN id -u > uid && touch mine
COPY a.txt copied-while-user
WORKDIR made
USER 12:34
CMD ["id"]
