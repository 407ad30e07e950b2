FROM busybox
COPY modes /modes
RUN cp -a /modes /copy && chmod 2755 /copy && touch -d '2001-02-03 04:05:06' /copy/dated
RUN chmod 6711 /modes/script.sh && rm /modes/private && mkdir -m 1777 /sticky
