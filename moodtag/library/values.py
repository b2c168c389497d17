"""What every family of tags needs: the fields, and values in a row."""

from collections.abc import Iterable

FIELDS = ("MOOD", "VALENCE", "AROUSAL", "MOODTAG")
"""The fields that moodtag reads and writes. MOOD is multi-valued."""

Values = tuple[str, ...]


def unique(values: Iterable[str]) -> Values:
    """The values without repetitions and empty ones, in their order."""
    return tuple(dict.fromkeys(value for value in values if value))


def same_key(key: str, wanted: str) -> bool:
    """Whether two keys are spellings of one: a field never appears twice."""
    return key.casefold() == wanted.casefold()
