"""The index's tables, as a list of migrations: append, never edit."""

from sqlite_utils import Database, Migrations

migrations = Migrations("moodtag")


@migrations()
def m001_tracks_and_runs(db: Database) -> None:
    db.table("runs").create(
        {"id": int, "started_at": str, "finished_at": str, "model": str, "files": int, "failed": int},
        pk="id",
    )
    db.table("tracks").create(
        {
            "path": str,  # UTF-8 text; the raw bytes (a BLOB) where the name is not UTF-8
            "size_bytes": int,
            "mtime_ns": int,
            "model": str,
            "judged_at": str,
            "run_id": int,
            "valence": float,  # NULL: silence, nothing to judge
            "arousal": float,
            "valence_std": float,
            "arousal_std": float,
            "confidence": float,
            "modality": str,
            "lyrics_source": str,
            "moods": str,  # JSON [[name, score], ...]: those over their threshold, best first
            "scores": str,  # JSON [[name, score], ...]: every mood of the model
            "embedding": bytes,  # float16 little-endian
            "note": str,
            "tag_state": str,  # "written", "pending" (judged, not in the file) or "untaggable"
            "mood_values": str,  # JSON [value, ...]: what moodtag put into MOOD; NULL: nothing yet
        },
        pk="path",
        not_null={"path", "size_bytes", "mtime_ns", "model", "tag_state"},
        foreign_keys=[("run_id", "runs", "id")],
    )
