"""Where networks train that hear sound. Heads and ridge regressions are small: they stay on the CPU."""

import os
from typing import cast, get_args

import torch

from moodtag.core.errors import UsageError
from moodtag.networks.predict import Device, pick_device

_VARIABLE = "MOODTAG_DEVICE"
_REMEDY = f"set {_VARIABLE}=cpu"


def training_device() -> torch.device:
    """A GPU where there is one, else the CPU; or what MOODTAG_DEVICE says, as for `moodtag scan`.

    Crops, batches and augmentations are drawn on the CPU, and so are the same on both; dropout is not. Raises UsageError where
    there is no such device.
    """
    name = os.environ.get(_VARIABLE) or "auto"
    if name not in get_args(Device):
        raise UsageError(f"{_VARIABLE} is {name!r}, none of {', '.join(get_args(Device))}", remedy=_REMEDY)
    try:
        return pick_device(cast(Device, name))
    except UsageError as error:
        raise UsageError(error.message, remedy=_REMEDY) from error
