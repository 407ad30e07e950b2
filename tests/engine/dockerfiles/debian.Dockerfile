FROM debian:bookworm-slim
RUN useradd --create-home --uid 2000 app && getent passwd app > /passwd-line
COPY --chown=app:app dir /home/app/dir
RUN dpkg --version | head -1 > /dpkg && rm -f /etc/motd
USER app
