"""A learner of a hub whose engine is elsewhere: run inside a pod, by the tests; prints what was seen as a line of JSON.

python hub_learner.py work|reset
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    os.environ["JPY_SESSION_NAME"] = os.path.abspath("lesson.ipynb")
    from IPython.core.interactiveshell import InteractiveShell

    from dockermagic import session
    from dockermagic.engine.embedded import need

    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "dockermagic")
    facts: dict[str, object] = {}
    if sys.argv[1] == "work":
        built = shell.run_cell("%%dockerfile -t dm-test-hub:1\nFROM busybox\nRUN echo built > /page").result
        shell.run_cell("%docker_run -d -P --expose 80 dm-test-hub:1 sleep 600")
        facts["built"] = built is not None and built.succeeded
    else:
        shell.run_cell("%docker_reset")
    engine = session.CURRENT.engine
    facts |= {"engine": engine.address.url, "embedded": need.HERE.link is not None}
    print("\nfact", json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
