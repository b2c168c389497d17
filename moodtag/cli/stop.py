"""Being asked to stop: the file in hand is finished, and everything so far kept."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()))


@dataclass
class Stop:
    """Whether a signal asked to stop, and which."""

    number: int | None = None

    def is_set(self) -> bool:
        """Whether to stop."""
        return self.number is not None

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, as shells tell it."""
        return 128 + (self.number or 0)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """While the context lasts, Ctrl-C and SIGTERM ask to stop; asked twice, the process ends at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        stop.number = number
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    old = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
