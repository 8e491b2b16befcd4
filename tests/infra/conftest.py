from tests.infra.demos import demo_database, demo_network

__all__ = ["demo_database", "demo_network"]
