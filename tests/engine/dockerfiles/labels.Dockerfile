#: label given=by flag
#: label quoted="as is"
FROM busybox
LABEL one=1 two="two words" "three three"='single $HOME'
LABEL multi="line one \
line two" escaped="a\"b" equals="x=y"
LABEL legacy form of label
LABEL given=overridden
