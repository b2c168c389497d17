"""A DSF file out of PCM: no free encoder writes this container."""

import struct
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

_DSD64_HZ = 2_822_400
_BLOCK = 4096


def write_dsf(path: Path, sound: NDArray[np.float32], *, rate_hz: int, duration_s: float = 0.5) -> Path:
    """Mono DSD64 by a first-order sigma-delta modulator. Source of the layout: Sony, DSF File Format Specification 1.01."""
    samples = soxr.resample(sound[: int(duration_s * rate_hz)], rate_hz, _DSD64_HZ, "QQ") * 0.5
    # First order: the bit is what the rounded running sum gained.
    bits = np.diff(np.floor(np.cumsum((samples.astype(np.float64) + 1) / 2)), prepend=0) > 0
    data = np.packbits(bits, bitorder="little").tobytes()
    padded = data + bytes(-len(data) % _BLOCK)
    format_chunk = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, _DSD64_HZ, 1, len(bits), _BLOCK, 0)
    data_chunk = b"data" + struct.pack("<Q", 12 + len(padded)) + padded
    size = 28 + len(format_chunk) + len(data_chunk)
    path.write_bytes(b"DSD " + struct.pack("<QQQ", 28, size, 0) + format_chunk + data_chunk)
    return path
