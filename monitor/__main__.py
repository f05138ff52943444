"""The `monitor` command, also as `python -m monitor`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C during start-up, and closed output, are no defects."""
    # A stream that was closed before (`>&-`) is None.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123
    try:
        # What is imported stays: looking for garbage among it costs a sixth of the start.
        gc.disable()
        from monitor import cli  # noqa: PLC0415  # takes a moment, in which Ctrl-C may come

        gc.freeze()
        gc.enable()
        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
