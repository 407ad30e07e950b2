FROM busybox
COPY link /link-followed
COPY links /links
COPY broken-links /broken
RUN ln -s /etc /etc-link && mkdir /real && ln -s real /alias
COPY a.txt /alias/a.txt
