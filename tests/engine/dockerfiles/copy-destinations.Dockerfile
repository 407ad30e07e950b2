FROM busybox
WORKDIR /work
COPY a.txt .
COPY a.txt renamed
COPY a.txt b.txt sub/
COPY dir existing
COPY dir/ existing/
COPY . /everything
COPY dir/sub/deep.txt /a/b/c/
COPY ["a.txt", "spaces in name.txt", "/json form/"]
