#: ignore # a comment
#: ignore *.log
#: ignore !two.log
#: ignore dir
#: ignore !dir/sub/deep.txt
#: ignore **/secret*
#: ignore /empty/
FROM busybox
COPY . /all
