"""`python -m tests.benchmarks [log|projections|graphql|past|subscriptions]`: without a name, all of them."""

import importlib
import signal
import sys

SUITES = ("log", "projections", "graphql", "past", "subscriptions")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in SUITES]
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(unknown)}; there are {', '.join(SUITES)}\n")
        return 2
    # So that everything started is ended, too, when the run is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in wanted or SUITES:
        importlib.import_module(f"tests.benchmarks.{name}.run").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
