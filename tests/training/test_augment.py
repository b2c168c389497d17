import numpy as np
import torch

from moodtag.features.logmel import LogMelSpec, new_logmel
from moodtag.training.augment import SEMITONES, Draw, ShiftedLogMel, mixup_share, resampled, spec_augment
from moodtag.training.sounds import RATE_HZ

SPEC = LogMelSpec()


def tone(frequency: float, seconds: float = 4.0) -> torch.Tensor:
    return torch.sin(2 * np.pi * frequency * torch.arange(int(seconds * RATE_HZ)) / RATE_HZ)[None] * 0.3


def draw(*, semitones: int = 0, stretch: float = 1.0, gain: float = 1.0) -> Draw:
    return Draw(semitones, stretch, torch.tensor([[gain]]))


def test_a_pitch_shift_looks_like_the_shifted_tone() -> None:
    shifted = ShiftedLogMel(SPEC)(tone(440.0), 180, draw(semitones=2))
    heard_higher = new_logmel(SPEC)(tone(440.0 * 2 ** (2 / 12)))[:, :180]
    assert shifted[0, 90].argmax() == heard_higher[0, 90].argmax() != new_logmel(SPEC)(tone(440.0))[0, 90].argmax()


def test_no_shift_no_stretch_no_gain_is_the_plain_spectrogram() -> None:
    plain = new_logmel(SPEC)(tone(300.0))[:, :180]
    assert torch.allclose(ShiftedLogMel(SPEC)(tone(300.0), 180), plain)
    assert torch.allclose(ShiftedLogMel(SPEC)(tone(300.0), 180, draw()), plain, atol=1e-5)


def test_a_faster_tempo_brings_a_later_click_forward() -> None:
    sound = torch.zeros(1, 4 * RATE_HZ)
    sound[0, 2 * RATE_HZ] = 1.0
    frames = ShiftedLogMel(SPEC)
    at, earlier = (frames(sound, 180, draw(stretch=stretch)).sum(2).argmax().item() for stretch in (1.0, 1.1))
    assert abs(earlier - at / 1.1) <= 1


def test_a_resampled_sound_keeps_its_length_and_rises_in_pitch() -> None:
    faster = resampled(tone(440.0), 3**10, draw(semitones=1))
    assert faster.shape == (1, 3**10)
    peak = np.abs(np.fft.rfft(faster[0].numpy())).argmax() * RATE_HZ / 3**10
    assert abs(peak - 440 * 2 ** (1 / 12)) < 1


def test_spec_augment_hides_bands_and_moments_and_no_more() -> None:
    mel = torch.rand(8, 187, 96)
    masked = spec_augment(mel, torch.Generator().manual_seed(0))
    changed = (mel != masked).float().mean((1, 2))
    assert masked.shape == mel.shape
    assert 0.02 < changed.mean() < 0.4
    assert not torch.equal(mel, masked)


def test_the_same_generator_draws_the_same() -> None:
    first, second = (Draw.of(4, torch.Generator().manual_seed(5)) for _ in range(2))
    assert first.semitones == second.semitones in SEMITONES
    assert first.stretch == second.stretch
    assert torch.equal(first.gain, second.gain)
    assert mixup_share(torch.Generator().manual_seed(5)) == mixup_share(torch.Generator().manual_seed(5)) >= 0.5
