#: ignore **/*.txt
#: ignore !**/deep.txt
#: ignore !spaces*
#: ignore .hidden
#: ignore Dockerfile*
FROM busybox
COPY . /all
