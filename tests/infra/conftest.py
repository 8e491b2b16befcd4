from tests.infra.demos import demo_network

__all__ = ["demo_network"]
