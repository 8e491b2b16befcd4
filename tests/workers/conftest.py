from tests.workers.terminal import wspolna

__all__ = ["wspolna"]
