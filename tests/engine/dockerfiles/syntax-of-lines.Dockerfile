# escape=`
# A comment first
FROM busybox
RUN echo one `
    # a comment inside
    two `

    three > /joined
run echo lower case > /lower
COPY a.txt `
     /win\path
ENV TABBED=tab
