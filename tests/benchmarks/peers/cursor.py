"""The cursor of the hand-written peers: `2025-08-13|uuid`, the last item seen."""

BEFORE_EVERYTHING = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


def read_cursor(cursor: str | None) -> tuple[str, str]:
    if cursor is None:
        return BEFORE_EVERYTHING
    day, _, news_id = cursor.partition("|")
    return day, news_id
