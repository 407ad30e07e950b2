FROM busybox
ADD a.txt b.txt /files/
ADD dir /dir
ADD --chown=9:9 a.txt /owned
