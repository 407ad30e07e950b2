FROM busybox
COPY dir /dir
RUN rm -r /dir/sub && mkdir /dir/sub && echo new > /dir/sub/new
RUN rm -r /dir && echo not a directory > /dir
RUN rm /bin/vi && rm -r /var/www
