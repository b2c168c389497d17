"""A plugin that reads and writes VALENCE in a way of its own."""

from typing import ClassVar

import mediafile
from beets.dbcore import types
from beets.plugins import BeetsPlugin


class ClaimantPlugin(BeetsPlugin):
    item_types: ClassVar[dict[str, types.Type]] = {"valence": types.NullFloat(6)}

    def __init__(self) -> None:
        super().__init__()
        self.add_media_field("valence", mediafile.MediaField(mediafile.MP3DescStorageStyle("v"), mediafile.StorageStyle("v")))
