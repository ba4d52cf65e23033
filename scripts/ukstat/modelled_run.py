# SPDX-License-Identifier: BSD-2-Clause
"""Runs of the modelled processors by programs that make documents of them,
and what such a document was made with."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile

from . import reader, summary


class Failed(Exception):
    """A run or a command did not end well; the text says which and why."""


def measure(runner: list, platform: str, variants: str, *, samples: int,
            pattern: str = "", only: tuple = (),
            settings: tuple = ()) -> tuple:
    """The summary of a run in one layout, and the emulator's version.

    variants: the file that names them. pattern: the benchmarks to keep, of
    all that the guest runs; or only: their names, and it runs no others.
    settings: key=value of the machine. Raises Failed.
    """
    pattern = pattern or "/(" + "|".join(
        re.escape(b).replace("\\-", "-") for b in only) + ")$"
    words = f"samples={samples}" + (" only=" + ",".join(only) if only else "")
    with tempfile.TemporaryDirectory() as folder:
        command = [*runner, "--platform", platform, "--variants", variants,
                   "--out", folder, "--salts", "1", "--seed", "1",
                   "--args", words, "--benchmark_filter=" + pattern]
        for setting in settings:
            command += ["--set", setting]
        done = subprocess.run(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            changed = " with " + ", ".join(settings) if settings else ""
            raise Failed(f"the run on {platform}{changed} failed:\n"
                         f"{done.stderr.strip()}")
        results = reader.read(os.path.join(folder, "latest"))
    # the host is no part of what was modelled
    emulator = str(results.host.pop("emulator", "unknown"))
    results.host = {}
    return summary.summarise(results), emulator


def first_line(*command: str) -> str:
    """Of what a command prints. Raises Failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error
    return done.stdout.partition("\n")[0].strip()


def made_with(compiler: str, emulators: set) -> list:
    """What the numbers rest on besides the sources, a line each."""
    return [f"kernels compiled by {first_line(*compiler.split(), '--version')}",
            *sorted(emulators)]
