"""What a new schema takes away from those who use the old one."""

from graphql import build_schema, find_breaking_changes


def undeclared(committed: str, current: str, changelog: str) -> list[str]:
    """Breaking changes between two SDLs that no line of the changelog declares, in the words it has to
    use under “GraphQL, breaking”."""
    found = find_breaking_changes(build_schema(committed), build_schema(current))
    return [change.description for change in found if change.description not in changelog]
