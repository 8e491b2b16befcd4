"""Publishers in processes of their own."""

import time
from multiprocessing.connection import Connection as Pipe
from uuid import uuid4

from domain.errors import DomainError
from domain.news import DraftNews, NewsText
from domain.roles import OPERATOR
from tests.network import OPOCZNO, network


def draft_at(database_url: str, start: float, rounds: int, answers: Pipe) -> None:
    """In each round one slug, which somebody else wants at the same moment."""
    codes = []
    with network(database_url) as net:
        for number in range(rounds):
            time.sleep(max(0.0, start + number * 0.02 - time.time()))
            text = NewsText(title="Nowy most", body="Treść.")
            command = DraftNews(
                command_id=uuid4(), municipality=OPOCZNO, text=text, slug=f"most-{number}"
            )
            try:
                net.give(command, OPERATOR)
                codes.append("stored")
            except DomainError as refusal:
                codes.append(refusal.code)
    answers.send(codes)


def send(database_url: str, command: DraftNews, answers: Pipe) -> None:
    with network(database_url) as net:
        answers.send(net.give(command, OPERATOR))
