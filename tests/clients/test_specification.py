"""GraphQL over HTTP, judged by the project that implements its reference."""

from tests.clients.packages import run


def test_every_audit_of_the_specification_passes(address: str) -> None:
    found = run("audit.js", f"{address}/graphql")
    assert len(found) > 50
    assert [each for each in found if each["status"] != "ok"] == []
