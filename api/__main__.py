"""`python -m api PORT`: one process of the API, on 127.0.0.1."""

import sys

import uvicorn

from api.app import app

HOST = "127.0.0.1"
STOP_SECONDS = 3


def main(port: int) -> None:
    made = app()
    uvicorn.run(
        made,
        host=HOST,
        port=port,
        loop="uvloop",
        http=made.state.front,
        ws="websockets-sansio",
        # A compressor a connection would cost more memory than all else of a listener together.
        ws_per_message_deflate=False,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case [port] if port.isdigit():
            main(int(port))
        case _:
            sys.exit("usage: python -m api PORT")
