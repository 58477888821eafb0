"""`python -m insight_classifier` is the `insight` command. Imports happen inside, so that Ctrl-C is quiet from the first moment on."""

import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """The console script."""
    try:
        from insight_classifier.cli import run

        status = run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        if sys.stderr is not None:
            print("insight: interrupted; what was written stands in whole lines", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
