"""What to watch: how operations were answered, and how often the fast path had to give up."""

from prometheus_client import Counter, Gauge

OPERATIONS = Counter(
    "wspolna_graphql_operations",
    "GraphQL operations by the way they were answered",
    ["path"],
)
PATHS = {
    path: OPERATIONS.labels(path=path)
    for path in ("compiled", "repeated", "shared", "ordinary", "refused")
}
FALLBACKS = Counter(
    "wspolna_graphql_fallbacks",
    "Queries that the ordinary executor had to answer, by reason; an alarm belongs on its rate",
    ["reason"],
)
REASONS = {
    reason: FALLBACKS.labels(reason=reason)
    for reason in ("not_compilable", "bad_argument", "statement_failed", "unavailable")
}
LISTENERS = Gauge("wspolna_graphql_listeners", "Subscriptions that are open on the fast path")
CUT_OFF = Counter(
    "wspolna_graphql_cut_off", "Connections ended because their client didn't read what it was told"
)
