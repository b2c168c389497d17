"""The command line: parse, call one function, print. Heavy imports live inside the commands, so that --help is quick."""

from moodtag.cli.app import main

__all__ = ["main"]
