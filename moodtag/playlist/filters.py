"""Which tracks pass what a request says of artists, albums, genres, years and lengths."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moodtag.core.catalogue import Catalogue
from moodtag.playlist.names import Filters, Names, fold_name, names_of, split_genres

Mask = NDArray[np.bool_]


def known_names(catalogue: Catalogue) -> Names:
    """The names that the library's tracks carry."""
    return names_of(_there(catalogue.artists), _there(catalogue.albums), known_genres(catalogue))


def known_genres(catalogue: Catalogue) -> set[str]:
    """Each genre that the library's tracks name, as they spell it."""
    return {part for genre in _there(catalogue.genres) for part in split_genres(genre)}


def passing(catalogue: Catalogue, filters: Filters, *, max_track_s: float | None = None) -> tuple[Mask, list[str]]:
    """Which tracks pass, (track,), and where none does, what each condition alone would leave."""
    conditions = dict(_conditions(catalogue, filters, max_track_s))
    keep = np.ones(len(catalogue), bool)
    for mask in conditions.values():
        keep &= mask
    if keep.any() or not conditions:
        return keep, []
    counts = ", ".join(f"{name}: {int(mask.sum()):,}" for name, mask in conditions.items())
    return keep, [f"no track fits all of that ({counts})"]


@cache
def fold_artist(name: str | None) -> str | None:
    """The artist as it is compared; None where there is none."""
    return fold_name(name) or None if name else None


def _there(names: Sequence[str | None]) -> set[str]:
    return {name for name in names if name}


def _conditions(catalogue: Catalogue, filters: Filters, max_track_s: float | None) -> list[tuple[str, Mask]]:
    found: list[tuple[str, Mask]] = []
    if filters.artists:
        found.append((f"artist {' or '.join(filters.artists)}", _where(catalogue.artists, lambda name: fold_name(name) in filters.artists)))
    if filters.albums:
        found.append((f"album {' or '.join(filters.albums)}", _where(catalogue.albums, lambda name: fold_name(name) in filters.albums)))
    if filters.genres:
        found.append((f"genre {' or '.join(filters.genres)}", _where(catalogue.genres, lambda name: _is_of(name, filters.genres))))
    if filters.years is not None:
        since, until = filters.years.since, filters.years.until
        mask = np.isfinite(catalogue.year)
        mask &= True if since is None else catalogue.year >= since
        mask &= True if until is None else catalogue.year <= until
        found.append((f"years {since or ''}-{until or ''}", mask))
    if max_track_s is not None:
        found.append((f"at most {max_track_s / 60:g} minutes", ~(catalogue.duration_s > max_track_s)))
    if filters.not_artists:
        mask = ~_where(catalogue.artists, lambda name: fold_name(name) in filters.not_artists)
        found.append((f"not {' or '.join(filters.not_artists)}", mask))
    if filters.not_genres:
        found.append((f"not {' or '.join(filters.not_genres)}", ~_where(catalogue.genres, lambda name: _is_of(name, filters.not_genres))))
    return found


def _where(values: Sequence[str | None], is_so: Callable[[str], bool]) -> Mask:
    """Which values are so; asked once for each different one."""
    answers: dict[str | None, bool] = {None: False}
    for value in set(values):
        if value is not None:
            answers[value] = is_so(value)
    return np.fromiter((answers[value] for value in values), bool, len(values))


def _is_of(tag: str, wanted: Sequence[str]) -> bool:
    """Whether one of a tag's genres is, or is a kind of, a wanted one: hard rock is rock."""
    genres = [f" {fold_name(part)} " for part in split_genres(tag)]
    return any(f" {genre} " in has for genre in wanted for has in genres)
