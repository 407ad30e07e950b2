FROM busybox
ADD archive.tar /from-tar/
ADD archive.tar.gz /from-gz/
ADD a.txt archive.tar /mixed/
COPY archive.tar /kept.tar
