# SPDX-License-Identifier: Apache-2.0
"""The commands that documents show, for tests that run them as they stand there."""
import pathlib
import re

from failure import Failed

TREE = pathlib.Path(__file__).resolve().parents[2]
# The version of the tree, which examples name.
VERSION = re.search("<revision>(.*)</revision>", (TREE / "pom.xml").read_text(encoding="utf-8"))[1]


def blocks(page, heading=""):
    """The blocks of commands (indented by four, or fenced as sh, bash or shell) of a page of the tree, in order.

    With a heading: those below it, up to the next heading of the same or a higher level.
    """
    text = (TREE / page).read_text(encoding="utf-8")
    if heading:
        text = _section(page, text, heading)
    found, lines, fence = [], [], None
    for line in text.splitlines() + ["."]:
        if fence is not None:
            if line.startswith("```"):
                found += ["\n".join(lines) + "\n"] if fence in ("sh", "bash", "shell") else []
                lines, fence = [], None
            else:
                lines.append(line)
        elif line.startswith("    "):
            lines.append(line[4:])
        elif not line and lines:
            lines.append("")
        else:
            if lines:
                found.append("\n".join(lines).rstrip("\n") + "\n")
            lines, fence = [], line[3:].strip() if line.startswith("```") else None
    return found


def commands(page, text, heading="", replace=None):
    """The one block of commands of a page that contains the text; replace maps words of the example to actual ones."""
    found = [block for block in blocks(page, heading) if text in block]
    if len(found) != 1:
        raise Failed(f"{page}: expected one block of commands with {text!r}{' below ' + heading if heading else ''}, "
                     f"found {len(found)}")
    block = found[0]
    for old, new in (replace or {}).items():
        block = block.replace(old, new)
    return block


class Page:
    """A page whose commands a test runs one block after the other; finish fails where it left one out."""

    def __init__(self, page):
        self._page = page
        self._left = blocks(page)

    def next(self, text, replace=None):
        """The next block of commands, which must contain the text; replace maps words of the example to actual ones."""
        block = self._left.pop(0) if self._left else ""
        if text not in block:
            raise Failed(f"{self._page}: expected a block of commands with {text!r}, found {block!r}")
        for old, new in (replace or {}).items():
            block = block.replace(old, new)
        return block

    def finish(self):
        """Fails if a block is left that no test has run."""
        if self._left:
            raise Failed(f"{self._page}: no test runs {self._left[0]!r}")


def _section(page, text, heading):
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.M)
    if not found:
        raise Failed(f"{page} has no heading {heading!r}")
    rest = text[found.end():]
    following = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.M)
    return rest[:following.start()] if following else rest
