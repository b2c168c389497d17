"""How well people are understood: a table of requests, half of it set aside."""

import pytest

from tests.playlist.requests import read, score


@pytest.mark.parametrize("half", ["held", "dev"])
def test_most_requests_land_in_the_right_quadrant_or_mood(half: str) -> None:
    found = score(half)
    assert found.requests >= 120
    assert found.either >= 0.85
    assert found.quadrant >= 0.8
    assert found.length >= 0.95
    assert found.avoided >= 0.75


def test_no_request_stands_in_both_halves() -> None:
    assert not {one.text.casefold() for one in read("dev")} & {one.text.casefold() for one in read("held")}
