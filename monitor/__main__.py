"""The `monitor` command, also as `python -m monitor`."""

import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C during start-up, and closed output, are no defects."""
    # A stream that was closed before (`>&-`) is None.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123
    try:
        from monitor import cli  # noqa: PLC0415  # takes a moment, in which Ctrl-C may come

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
