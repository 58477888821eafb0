"""`python -m insight_classifier` is the `insight` command. Imports happen inside, so that Ctrl-C is quiet from the first moment on."""

import signal
import sys
from pathlib import Path

INTERRUPTED = 130


def main() -> None:
    """The console script."""
    try:
        status = _run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        if sys.stderr is not None:
            print("insight: interrupted; what was written stands in whole lines", file=sys.stderr)
    sys.exit(status)


def _run() -> int:
    try:
        Path.cwd()
    except OSError as problem:  # some libraries look at it when they are imported
        print(f"insight: the folder that you are in: {problem.strerror}. Change to one that exists.", file=sys.stderr)
        return 2
    from insight_classifier.cli import run

    return run()


if __name__ == "__main__":
    main()
