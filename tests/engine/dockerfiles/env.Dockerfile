FROM busybox
ENV A=1 B="two words" C='single $A' D=back\ slash
ENV E=$A-${B} F=${MISSING:-fallback} G="\$A" OLD=x
ENV LEGACY value with spaces
ENV PATH=/opt/bin:$PATH A=2 H=$A
RUN env | sort | grep -vE '^(HOSTNAME|PWD|SHLVL|HOME|_)=' > /env
WORKDIR /$A/${E}
COPY a.txt $F
