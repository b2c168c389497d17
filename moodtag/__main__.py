"""`python -m moodtag` is `moodtag`."""

from moodtag.cli import main

main()
