"""Writers for the torture of the log's readers: run in processes of their own, to be killed at any instant."""

import random
import time
from uuid import uuid4

import psycopg

from infra.bootstrap import connect
from tests.events import retracted


def write(database_url: str, seed: int) -> None:
    """Commits, rolls back, and dawdles, until killed."""
    chance = random.Random(seed)
    with connect(database_url) as connection:
        while True:
            try:
                with connection.transaction():
                    for _ in range(chance.randint(1, 3)):
                        retracted(connection, uuid4())
                    if chance.random() < 0.2:
                        time.sleep(chance.random() * 0.05)
                    if chance.random() < 0.2:
                        raise psycopg.Rollback
            except psycopg.Rollback:
                continue
            time.sleep(chance.random() * 0.004)
