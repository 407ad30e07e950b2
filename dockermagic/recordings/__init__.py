"""Recording what the views of a notebook show, and showing it again: `%docker_record`, `%docker_replay`.

What is written are the models that the views were given, as `records` writes them, each as its difference from the one before; what
is shown again goes through the same drawers. So a recording is never more, and never less, than what was drawn.
"""
