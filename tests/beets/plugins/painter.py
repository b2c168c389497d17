"""A plugin that writes into files once they have arrived, as embedart does, and a slow one at that."""

import time

from beets.importer import ImportSession, ImportTask
from beets.library import Album, Library
from beets.plugins import BeetsPlugin


class PainterPlugin(BeetsPlugin):
    def __init__(self) -> None:
        super().__init__()
        self.register_listener("import_task_files", self.paint)
        self.register_listener("album_imported", self.paint_album)

    def paint(self, session: ImportSession, task: ImportTask) -> None:
        for item in task.imported_items():
            assert item.id is not None
            fresh = session.lib.get_item(item.id)
            assert fresh is not None
            fresh.comments = "painted"
            fresh.try_write()
            fresh.store()

    def paint_album(self, lib: Library, album: Album) -> None:
        time.sleep(0.3)
        for item in album.items():
            item.grouping = "hung"
            item.try_write()
            item.store()
