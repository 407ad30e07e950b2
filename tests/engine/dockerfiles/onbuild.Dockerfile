#: base onbuild-parent
ARG BASE
FROM ${BASE}
RUN cat /from-context > /child
