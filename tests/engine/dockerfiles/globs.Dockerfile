FROM busybox
COPY *.log /logs/
COPY d?r/s*b /globbed
COPY [ab].txt /letters/
COPY no*.md none*.md /notes/
COPY dir/*/deep.txt /deep/
