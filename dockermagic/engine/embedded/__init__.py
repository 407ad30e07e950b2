"""An engine of one's own, where there is none: started from what the machine has, or from the package `dockermagic-engine`.

`client` starts it, joins it and asks it; a supervisor, a process of its own, keeps it (`supervisor`). The ways to start one are in
`ladder`, best first.
"""

from __future__ import annotations
