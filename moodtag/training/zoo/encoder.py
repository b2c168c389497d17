"""What every network of the zoo is: an encoder of fixed-length sound, and what sound it wants."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

RATE_HZ = 16_000
"""Every network of the zoo hears the same cached sound."""


@dataclass(frozen=True, slots=True)
class Input:
    """One crop as a network wants it: a log-mel spectrogram (frame, mel), or the samples themselves where `n_mels` is 0.

    `length` counts frames, or samples. Sound shorter than a crop is repeated until it fills one.
    """

    length: int
    n_mels: int = 0
    n_fft: int = 512
    hop_length: int = 256

    @property
    def samples(self) -> int:
        """Samples that one crop takes."""
        return (self.length - 1) * self.hop_length if self.n_mels else self.length

    @property
    def duration_s(self) -> float:
        return self.samples / RATE_HZ


@dataclass(frozen=True, slots=True)
class Architecture:
    """An encoder of the zoo: `build` makes a network that maps crops (batch, frame, mel) or (batch, sample) to (batch, `size`)."""

    title: str
    source: str
    input: Input
    size: int
    build: Callable[[], nn.Module]
