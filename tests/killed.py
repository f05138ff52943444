"""`python -m tests.killed STEP`: a pass of the monitor on ./config.toml that is killed (-9) at the first such step.

The pipeline tells its watcher every point between two steps; this watcher pulls the plug.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from monitor import config, daemon
from monitor.steps import Step


def main(step: Step) -> None:
    def pull_the_plug(passed: Step, _facts: Mapping[str, object]) -> None:
        if passed is step:
            os.kill(os.getpid(), signal.SIGKILL)

    found = config.load(Path("config.toml"), os.environ)
    asyncio.run(daemon.run_once(found, pull_the_plug, print))


if __name__ == "__main__":
    main(Step(sys.argv[1]))
