"""How well requests are understood: `python -m tests.benchmarks.requests`.

Prints a line for each half of the table in tests/data/requests: `dev`, on which word lists were tuned, and `held`, which was
set aside; and what one request costs.
"""

import time

from tests.playlist.requests import ask, meanings, read, score


def main() -> None:
    for half in ("dev", "held"):
        found = score(half)
        print(
            f"{half}: {found.requests} requests, quadrant or mood right {found.either:.1%}, quadrant {found.quadrant:.1%}, "
            f"length {found.length:.1%}, what is left out {found.avoided:.1%}"
        )
    words, requests = meanings(), list(read("dev"))
    started = time.process_time()
    for one in requests:
        ask(one.text, words=words)
    print(f"{(time.process_time() - started) / len(requests) * 1000:.2f} CPU-ms per request")


if __name__ == "__main__":
    main()
