FROM busybox
COPY hard /hard
COPY hard/one /single
RUN ln /hard/one /another && stat -c %h /hard/one > /count
