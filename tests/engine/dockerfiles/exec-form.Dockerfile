FROM busybox
RUN ["touch", "/a b", "/c\"d", "/\u00e9"]
RUN ["/bin/sh", "-c", "echo $HOME > /home-is"]
CMD [ "not json
