# SPDX-License-Identifier: Apache-2.0
"""Failures of tests on hosts, and the checks that raise them with what was expected and what was found."""
import re
import subprocess
import time


class Failed(Exception):
    """A command, a check or the bench failed; the text says what was expected and what was found."""


def equal(actual, expected, what="value"):
    """Fails unless both are equal."""
    if actual != expected:
        raise Failed(f"{what}: expected {expected!r}, found {actual!r}")


def contains(text, part, what="text"):
    """Fails unless the text contains the part."""
    if part not in text:
        raise Failed(f"{what}: expected to contain {part!r}, found:\n{text}")


def lacks(text, part, what="text"):
    """Fails if the text contains the part."""
    if part in text:
        raise Failed(f"{what}: expected not to contain {part!r}, found:\n{text}")


def matches(text, pattern, what="text"):
    """Fails unless the pattern is found in the text (^ and $ match at lines); returns the match."""
    found = re.search(pattern, text, re.M)
    if not found:
        raise Failed(f"{what}: expected to match {pattern!r}, found:\n{text}")
    return found


def at_most(value, limit, what="value"):
    """Fails unless value <= limit."""
    if not value <= limit:
        raise Failed(f"{what}: expected at most {limit}, found {value}")


def until(what, probe, seconds=20, pause=0.05):
    """Waits until the probe returns a true value, and returns it; fails after the given seconds with the last value."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s; last value: {value!r}")
        time.sleep(pause)


def sh(*words, timeout=60, **more):
    """Runs a command on this machine and returns its output, stderr included."""
    try:
        done = subprocess.run(list(map(str, words)), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout, check=False, **more)
    except subprocess.TimeoutExpired:
        raise Failed(f"{words[0]} took more than {timeout:.0f} s") from None
    if done.returncode:
        raise Failed(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout
