"""What a config or a recipe says, checked field by field against the annotations of its dataclass. No torch is imported."""

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

Bounds = Mapping[str, tuple[float, float]]
"""Field -> least and greatest number that it may hold."""

T = TypeVar("T")

_SHOWN = 40
_PLAIN_NAME = re.compile(r"[a-z0-9-]{1,64}")


def parsed(kind: type[T], said: object, bounds: Bounds, *, at: str = "") -> T:
    """The dataclass `kind` made of a JSON or TOML object. Raises ValueError, which names the field, where it is not one.

    A list becomes a tuple, an object a dataclass; a number stays as it is written: 3 is as good a float as 3.0.
    """
    if not isinstance(said, dict):
        raise ValueError(f"{at.rstrip('.') or 'it'} is {_shown(said)}, no table of fields")
    assert is_dataclass(kind)
    known = {field.name: field for field in fields(kind) if field.init}
    for name in said:
        if name not in known:
            raise ValueError(f"there is no field {_shown(name)}")
    for name, field in known.items():
        if name not in said and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{at}{name} is missing")
    hints = get_type_hints(kind)
    return cast(T, kind(**{name: _value(hints[name], value, name, bounds, at=at) for name, value in said.items()}))


def _value(hint: Any, value: object, name: str, bounds: Bounds, *, at: str) -> object:
    place = f"{at}{name}"
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{place} is {_shown(value)}, no list")
        return tuple(_value(get_args(hint)[0], one, name, bounds, at=at) for one in value)
    if isinstance(hint, UnionType):
        if value is None and NoneType in get_args(hint):
            return None
        return _value(next(one for one in get_args(hint) if one is not NoneType), value, name, bounds, at=at)
    if is_dataclass(hint):
        return parsed(cast(type, hint), value, bounds, at=f"{place}.")
    _check_type(hint, value, place)
    low, high = bounds.get(name, (-math.inf, math.inf))
    if isinstance(value, int | float) and not low <= value <= high:
        raise ValueError(f"{place} is {_shown(value)}, not {_range(low, high)}")
    return value


def _check_type(hint: Any, value: object, place: str) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ValueError(f"{place} is {_shown(value)}, none of {', '.join(map(str, get_args(hint)))}")
        return
    right = type(value) in ((int, float) if hint is float else (hint,))  # true is no 1
    if not right or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{place} is {_shown(value)}, {_WANTED[hint]}")
    if isinstance(value, str) and not value.isprintable():
        raise ValueError(f"{place} holds control characters: {_shown(value)}")


_WANTED = {int: "no whole number", float: "no number", str: "no text", bool: "neither true nor false"}


def check_name(name: str, place: str) -> None:
    """Raises ValueError unless it is a name as models and recipes have them: it becomes a folder's, and stands in tags."""
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{place} is {_shown(name)}, not letters a-z, digits and dashes")


def _range(low: float, high: float) -> str:
    if high == math.inf:
        return f"{low:g} or more"
    return f"within {low:g} and {high:g}"


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
