#: engines 28
FROM busybox
RUN <<EOF
set -e
echo one > /one
mkdir -p /made && echo two > /made/two
EOF
RUN <<SH cat > /quoted
$HOME stays $HOME
SH
