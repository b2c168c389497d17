"""A source of metadata that knows every track and album."""

from collections.abc import Iterable, Sequence
from typing import Any

from beets.autotag.hooks import AlbumInfo, TrackInfo
from beets.library import Item
from beets.metadata_plugins import MetadataSourcePlugin


class ArchivePlugin(MetadataSourcePlugin):
    def album_for_id(self, album_id: str) -> AlbumInfo:
        tracks = [self.track_for_id(title) for title in ("mp3", "flac", "ogg", "opus", "m4a", "wma", "wv")]
        return _album(album_id, tracks)

    def track_for_id(self, track_id: str) -> TrackInfo:
        return TrackInfo(title=f"The true {track_id}", track_id=track_id, artist="The Artist", index=1, data_source="Archive")

    def candidates(self, items: Sequence[Item], artist: str, album: str, va_likely: bool) -> Iterable[AlbumInfo]:
        return [_album("album", [_track(item, number) for number, item in enumerate(items, 1)])]

    def item_candidates(self, item: Item, artist: str, title: str) -> Iterable[TrackInfo]:
        return [_track(item, 1)]


def _album(album_id: str, tracks: list[TrackInfo]) -> AlbumInfo:
    return AlbumInfo(tracks, album_id=album_id, album="The Album", artist="The Artist", data_source="Archive")


def _track(item: Any, number: int) -> TrackInfo:
    title = item.title.removesuffix("!")
    return TrackInfo(title=title, track_id=title, artist="The Artist", index=number, length=item.length, data_source="Archive")
