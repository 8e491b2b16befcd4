"""Answers of different servers, brought to one form so that their data can be compared."""

from datetime import datetime
from typing import Any


def same_data(answer: dict[str, Any]) -> Any:
    """Raises ValueError for an answer with errors."""
    if answer.get("errors") or not answer.get("data"):
        raise ValueError(f"not an answer: {str(answer)[:500]}")
    return _plain(answer["data"])


def _plain(value: Any, field: str = "") -> Any:
    if field == "tags" and isinstance(value, dict):  # PostGraphile, over a join table
        return [one["tag"]["name"] for one in value["nodes"]]
    if field == "partners" and isinstance(value, dict):  # PostGraphile, of a table of their own
        value = value["nodes"]
    if field in ("eligible", "grant", "ownPublic"):  # PostGraphile writes bigint as text
        return int(value)
    if field in ("municipality", "lead") and isinstance(
        value, dict
    ):  # PostGraphile gives the whole of an embedded object
        return {name: value[name] for name in ("name", "slug")}
    if field == "updatedAt":
        return datetime.fromisoformat(value)
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
