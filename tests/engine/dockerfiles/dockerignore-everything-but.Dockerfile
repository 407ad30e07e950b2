#: ignore *
#: ignore !a.txt
#: ignore !nest
#: ignore nest/inside
#: ignore !links/to-*
FROM busybox
COPY . /all
