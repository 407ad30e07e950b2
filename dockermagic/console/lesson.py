"""Begin a lesson: a source with one exercise, its solution and its check, which runs as it is."""

from __future__ import annotations

import argparse
import re

from dockermagic.errors import UsageError

__all__ = ["run"]

TEXT = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# {title}

What this lesson is about, in two sentences.

**Time:** about ten minutes.

```{{code-cell}} ipython3
%load_ext dockermagic
from dockermagic import check, quiz
```

## One idea

**Predict:** a question, before the cell that answers it.

```{{code-cell}} ipython3
%docker_run --rm busybox echo hello
```

```{{code-cell}} ipython3
:tags: [instructor]

# A note for those who teach: no handout has it.
```

## Exercises

**1.** Start a container called `{name}` that runs `sleep 1000`. **Before you run it:** what will `%docker ps` show?

```{{code-cell}} ipython3
### BEGIN SOLUTION
%docker_run -d --name {name} busybox sleep 1000
### END SOLUTION
```

```{{code-cell}} ipython3
check("It runs").container("{name}").is_running()
```

## What you have seen

- One sentence for each idea.

```{{code-cell}} ipython3
%docker_reset
```
"""


def run(asked: argparse.Namespace) -> int:
    """Write the source.

    Raises:
        UsageError: that is no name, or there is such a lesson already.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", asked.name):
        raise UsageError(f"“{asked.name}” is no name for a lesson.", "Letters, digits and hyphens: dockermagic new-lesson 15-logs")
    target = asked.folder / f"{asked.name}.md"
    title = re.sub(r"^\d+-", "", asked.name).replace("-", " ").replace("_", " ").strip() or asked.name
    try:
        with target.open("x") as file:
            file.write(TEXT.format(title=title[:1].upper() + title[1:], name=f"lesson-{title.split()[0].lower()}"))
    except FileExistsError as error:
        raise UsageError(f"{target} is there already.", "Choose another name, or remove it first.") from error
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.", "Name a folder that is there: --folder FOLDER"
        ) from error
    print(target)  # noqa: T201
    return 0
