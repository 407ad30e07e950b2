#: engines 28
FROM busybox
ENV WHO=world
COPY <<EOF /greeting
hello $WHO
EOF
COPY --chmod=0700 <<'EOF' <<other.txt /files/
unexpanded $WHO
EOF
another
other.txt
