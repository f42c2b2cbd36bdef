"""Publishes small generations; run as a program it is killed while it does so.

python publisher.py DIR        publishes one; prints how many syncs and renames it made
python publisher.py DIR N      kills itself with SIGKILL at the Nth of them
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np

from suggest.artifacts import building

N_FILES = 4


def publish(index_dir: Path, number: int) -> str:
    """One generation whose files all hold `number`."""
    with building(index_dir) as writer:
        for file in range(N_FILES):
            writer.save_array(f"part_{file}", np.full(2000, number))
        writer.parameters["number"] = number
    return writer.name


def main() -> None:
    index_dir, *stop = sys.argv[1:]
    number = int(stop[0]) if stop else 0
    steps = count_steps(number)
    publish(Path(index_dir), number)
    sys.stdout.write(f"{len(steps)}\n")


def count_steps(stop: int) -> list[str]:
    """Notes every fsync, rename and replace from now on; the process dies before number `stop`, from 1."""
    steps: list[str] = []

    def counted(call):
        def step(*arguments, **options):
            steps.append(call.__name__)
            if len(steps) == stop:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step

    os.fsync, os.rename, os.replace = counted(os.fsync), counted(os.rename), counted(os.replace)
    return steps


if __name__ == "__main__":
    main()
