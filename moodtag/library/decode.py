"""Sound out of any audio file: a few excerpts, found by seeking, so that a long mix costs no more than a song."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from moodtag.core.errors import DecodeError
from moodtag.core.records import ExcerptPlan, Sound

MIN_DURATION_S = 0.25
SILENCE_PEAK = 3e-4  # -70 dBFS: dither and hiss stay below it, the quietest pianissimo does not

_MAX_LEAD_S = 30.0  # a seek that lands further ahead than this met a broken index
_MAX_BAD_PACKETS = 200
# Their duration comes from the container's own count of samples, so an excerpt that is missing means a truncated file.
# mp3, aac and ac3 streams carry an estimate instead.
_EXACT_DURATION = {"flac", "ogg", "mov,mp4,m4a,3gp,3g2,mj2", "wav", "aiff", "wv", "ape", "dsf", "w64", "tta"}
# No demuxer that opens further files or addresses named inside the file (hls, concat, dash, sdp and their kind).
_FORMATS = "mp3,flac,ogg,mov,aac,loas,wav,w64,aiff,asf,ape,wv,mpc,mpc8,dsf,iff,matroska,webm,caf,au,ac3,eac3,dts,tta,amr,tak"
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
_BROKEN = (av.FFmpegError, OSError, ValueError, EOFError, MemoryError)


def decode(path: Path, plan: ExcerptPlan, *, rate_hz: int) -> Sound:
    """The planned excerpts of `path`, mono float32 at `rate_hz`; channels are averaged.

    A track no longer than the plan is read whole. A stated duration that proves wrong, or none at all, gives the
    track's beginning. Silent excerpts are left out, so silence gives no excerpts.

    Raises DecodeError where the file holds no sound that can be decoded, or less than 0.25 s.
    """
    try:
        # A file object, not a name: FFmpeg would read "http:x.mp3" or "concat:x" as an address.
        with path.open("rb") as file, av.open(file, metadata_errors="ignore", options=dict(_OPTIONS)) as container:
            assert isinstance(container, InputContainer)
            return _decode(path, container, plan, rate_hz)
    except _BROKEN as error:
        raise _decode_error(path, error) from error


def _decode(path: Path, container: InputContainer, plan: ExcerptPlan, rate_hz: int) -> Sound:
    if not container.streams.audio:
        raise DecodeError(path, "no audio in it")
    source = _Source(container, rate_hz)
    duration_s = source.duration_s
    total_s = plan.count * plan.duration_s
    damage: list[str] = []
    excerpts: list[NDArray[np.float32]] = []
    if duration_s is not None and duration_s > total_s:
        for i in range(plan.count):
            centre_s = duration_s * (i + 1) / (plan.count + 1)
            excerpt = source.read(centre_s - plan.duration_s / 2, plan.duration_s)
            if excerpt.size >= MIN_DURATION_S * rate_hz:
                excerpts.append(excerpt)
            elif source.exact_duration:
                damage.append(f"nothing at {_clock(centre_s)} of {_clock(duration_s)}: truncated or damaged")
    if not any(map(_is_heard, excerpts)):
        whole = source.read(0.0, total_s)
        if whole.size < MIN_DURATION_S * rate_hz:
            raise DecodeError(path, _too_short(whole.size / rate_hz, source.bad_packets))
        size = int(plan.duration_s * rate_hz)
        excerpts = [whole[at : at + size] for at in range(0, max(whole.size - size // 2, 1), size)]
    if source.bad_packets:
        damage.append(f"{source.bad_packets} packets could not be decoded")
    heard = tuple(filter(_is_heard, excerpts))
    return Sound(heard, rate_hz, duration_s, "; ".join(damage) or None)


@dataclass
class _Source:
    """One open container, read window by window; remembers what could not be decoded."""

    container: InputContainer
    rate_hz: int
    bad_packets: int = 0

    def __post_init__(self) -> None:
        stream = self.container.streams.best("audio")
        assert isinstance(stream, AudioStream)
        self.stream = stream
        stream.codec_context.thread_type = "NONE"  # files are decoded side by side; threads inside one only add cost
        self.start_us = self.container.start_time or 0

    @property
    def duration_s(self) -> float | None:
        """Stated length in seconds; None where the file states none that can be true."""
        duration_us = self.container.duration
        return duration_us / 1e6 if duration_us is not None and duration_us > 0 else None

    @property
    def exact_duration(self) -> bool:
        return self.container.format.name in _EXACT_DURATION

    def read(self, start_s: float, duration_s: float) -> NDArray[np.float32]:
        """Up to `duration_s` of mono sound from `start_s` on, (sample,) at the source's rate; shorter at the track's end."""
        try:
            self.container.seek(int(start_s * 1e6) + self.start_us)
        except av.FFmpegError:
            if start_s > 0:
                return np.zeros(0, np.float32)  # the beginning needs no seek: not every stream has an index
        pieces = [
            soxr.resample(np.concatenate([mono for _, mono in run]), rate, self.rate_hz)
            for rate, run in groupby(self._window(start_s, duration_s), key=lambda piece: piece[0])
        ]
        sound = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        return np.nan_to_num(sound[: round(duration_s * self.rate_hz)], posinf=0.0, neginf=0.0)

    def _window(self, start_s: float, duration_s: float) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """(rate_hz, mono samples) of each frame of the window."""
        lead_s = taken_s = 0.0
        for frame in self._frames():
            length_s = frame.samples / frame.sample_rate
            at_s = start_s if frame.time is None else frame.time - self.start_us / 1e6
            if at_s + length_s <= start_s and lead_s < _MAX_LEAD_S:
                lead_s += length_s
                continue
            yield frame.sample_rate, _mono(frame)
            taken_s += length_s
            if taken_s >= duration_s:
                return

    def _frames(self) -> Iterator[AudioFrame]:
        packets = self.container.demux(self.stream)
        while self.bad_packets < _MAX_BAD_PACKETS:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from packet.decode()
            except EOFError:
                return
            except av.FFmpegError:
                self.bad_packets += 1


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    """Mean of a frame's channels, float32 in -1..1."""
    samples: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype.kind == "u":
        samples = samples.astype(np.float32) / 128 - 1
    elif samples.dtype.kind == "i":
        samples = samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
    mono: NDArray[np.float32] = samples.mean(axis=0, dtype=np.float32)
    return mono


def _is_heard(excerpt: NDArray[np.float32]) -> bool:
    return bool(excerpt.size) and float(np.abs(excerpt).max()) >= SILENCE_PEAK


def _too_short(found_s: float, bad_packets: int) -> str:
    if bad_packets:
        return f"damaged: {bad_packets} packets could not be decoded, {found_s:.2f} s of sound left"
    return f"too short to judge: {found_s:.2f} s of sound" if found_s else "no sound in it"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _decode_error(path: Path, error: BaseException) -> DecodeError:
    if isinstance(error, PermissionError):
        return DecodeError(path, "not readable: permission denied", remedy="check its permissions and owner")
    if isinstance(error, FileNotFoundError):
        return DecodeError(path, "vanished during the scan")
    if isinstance(error, av.InvalidDataError):
        return DecodeError(path, "not audio, or its header is damaged", remedy="play it, and replace it if it does not play")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return DecodeError(path, f"cannot be decoded: {reason}", remedy="play it, and replace it if it does not play")
