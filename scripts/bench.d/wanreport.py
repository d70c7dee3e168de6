# SPDX-License-Identifier: Apache-2.0
"""Summarizes the rounds of scripts/bench wan: for each measurement a table of links; plain text, Markdown, JSON."""
import json
import statistics
import textwrap

from links import LINKS
from report import MARKDOWN_WIDTH, number, replace_between
from streams import MEASUREMENTS

BEGIN, END = "<!-- made by scripts/bench wan: begin -->", "<!-- made by scripts/bench wan: end -->"
# Figures of a cell, in this order: name, title in plain text, title in Markdown or None.
SHOWN = [("rate", "Mbit/s", "Mbit/s"), ("share", "% for the slower flow", "% for the slower flow"),
         ("loss", "% lost", "% lost"), ("p99", "p99 of one-way delay, ms", "p99 of the delay"),
         ("retransmits", "retransmitted", "segments retransmitted"), ("ping", "ping, ms", "ping in ms"),
         ("ping.p99", "its p99", None), ("call.loss", "% of a call lost", None), ("drops", "dropped by the link", None),
         ("marked", "marked", None)]
COUNTS = {"retransmits", "drops", "marked"}

# What ours should reach, beside the bare link and the first other programs.
RATE_OF_BARE, RATE_OF_OTHER, RETRANSMITS, RETRANSMITS_SPARE = 0.95, 1.0, 1.3, 10
PING_MORE_MS, LOSS_MORE, CALL_LOSS_MORE, LEAST_SHARE = 2, 0.1, 1, 40  # a call has few datagrams
# What the smoke must reach, as a share of the link's rate.
SMOKE_BARE, SMOKE_OURS, SMOKE_LOSS = 0.8, 0.5, 20

# By how many milliseconds a ping beside TCP may exceed that on the bare link; a queue in the kernel takes 150.
SMOKE_PING = 60


class Figures:
    """Results: for each link, measurement and column one dictionary of figures per round, None if it failed."""

    def __init__(self, columns):
        self.columns = columns
        self.values, self.reasons, self.skipped = {}, {}, {}

    def cell(self, link, measurement, column):
        return self.values.setdefault(link, {}).setdefault(measurement, {}).setdefault(column, [])

    def add(self, link, measurement, column, values):
        self.cell(link, measurement, column).append(values)

    def fail(self, link, measurement, column, reason):
        self.cell(link, measurement, column).append(None)
        self.reasons[f"{link} {measurement} {column}"] = reason

    def failures(self):
        """One line for each cell that failed in any round."""
        return [f"{cell} failed: {reason}" for cell, reason in self.reasons.items()]

    def medians(self, link, measurement, column):
        rounds = [values for values in self.values.get(link, {}).get(measurement, {}).get(column, []) if values]
        return {name: statistics.median(values[name] for values in rounds) for name in rounds[0]} if rounds else {}

    def measured(self, measurement):
        return [link for link in LINKS if measurement in self.values.get(link, {})]

    def text(self, link, measurement, column, names):
        medians = self.medians(link, measurement, column)
        if medians:
            return ", ".join(f"{medians[name]:.0f}" if name in COUNTS else number(medians[name])
                             for name in names if name in medians)
        return "failed" if f"{link} {measurement} {column}" in self.reasons else ""

    def behind(self, link, measurement):
        """In which figures ours is behind what it should reach, in words."""
        ours = self.medians(link, measurement, "ours")
        bare = self.medians(link, measurement, "bare")
        other = self.medians(link, measurement, self.other_name())
        if not ours:
            return ""
        words = []
        for them, least, name in ((bare, RATE_OF_BARE, "bare"), (other, RATE_OF_OTHER, self.other_name())):
            if them.get("rate") and round(ours["rate"] / them["rate"], 2) < least:
                words.append(f"{ours['rate'] / them['rate']:.2f} x {name}")
        most = max((them["retransmits"] for them in (bare, other) if "retransmits" in them), default=None)
        if most is not None and ours["retransmits"] > RETRANSMITS * most + RETRANSMITS_SPARE:
            words.append("retransmissions")
        if "ping" in ours and "ping" in bare and ours["ping"] > bare["ping"] + PING_MORE_MS:
            words.append(f"ping +{ours['ping'] - bare['ping']:.0f} ms")
        for name, title, more in (("loss", "loss", LOSS_MORE), ("call.loss", "call", CALL_LOSS_MORE)):
            if name in ours and name in bare and ours[name] > bare[name] + more:
                words.append(title)
        if ours.get("share", 50) < min(LEAST_SHARE, bare.get("share", 50)):
            words.append("share")
        if LINKS[link].ecn and "retransmits" in ours and ours["drops"]:
            words.append("drops")
        return ", ".join(words)

    def other_name(self):
        """The first column of --beside, or an empty text."""
        return next((column for column in self.columns if column not in ("bare", "ours")), "")

    def tables(self, brief):
        """For each measurement: title, header and rows."""
        for measurement, about in MEASUREMENTS.items():
            measured = self.measured(measurement)
            if not measured:
                continue
            every = [self.medians(link, measurement, column) for link in measured for column in self.columns]
            shown = [(name, brief_title if brief else title) for name, title, brief_title in SHOWN
                     if (brief_title or not brief) and any(name in medians for medians in every)
                     and (name != "marked" or any(medians.get(name) for medians in every))]
            names = [name for name, _ in shown]
            yield (f"{about.title}: " + ", ".join(title for _, title in shown),
                   ["link", *self.columns, "ours is behind in"],
                   [[link, *(self.text(link, measurement, column, names) for column in self.columns),
                     self.behind(link, measurement)] for link in measured])


def faults(figures):
    """What a smoke finds wrong, one line each."""
    found = []
    for link in figures.values:
        for column, least in (("bare", SMOKE_BARE), ("ours", SMOKE_OURS)):
            rate = figures.medians(link, "tcp1", column).get("rate", 0)
            expected = least * LINKS[link].rate(False)
            if rate < expected:
                found.append(f"{link}, tcp1, {column}: expected at least {expected:.0f} Mbit/s, found {number(rate)}")
            loss = figures.medians(link, "udp", column).get("loss", 100)
            if loss > SMOKE_LOSS:
                found.append(f"{link}, udp, {column}: expected a loss of at most {SMOKE_LOSS} %, found {number(loss)} %")
        bare, ours = (figures.medians(link, "tcp1", column).get("ping", 0) for column in ("bare", "ours"))
        if ours > bare + SMOKE_PING:
            found.append(f"{link}, tcp1, ours: expected a ping of at most {bare + SMOKE_PING:.0f} ms beside it, found {number(ours)} ms")
    return found


def plain(figures):
    blocks = []
    for title, head, rows in figures.tables(brief=False):
        table = [head, *rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
        blocks.append("\n".join([title, *lines]))
    return "\n\n".join([*blocks, *figures.failures()])


def markdown(figures, notes):
    blocks = []
    for title, head, rows in figures.tables(brief=True):
        lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
        lines.insert(1, "|---" + "|---:" * len(figures.columns) + "|---|")
        blocks.append(textwrap.fill(f"**{title}**", MARKDOWN_WIDTH) + "\n\n" + "\n".join(lines))
    wrapped = [textwrap.fill(note, MARKDOWN_WIDTH, initial_indent="- ", subsequent_indent="  ")
               for note in [*figures.failures(), *notes]]
    return "\n\n".join([*blocks, "\n".join(wrapped)])


def write_markdown(file, figures, notes):
    """Writes the tables between the markers of a file, or creates the file."""
    replace_between(file, BEGIN, END, markdown(figures, notes))


def write_json(file, figures, notes):
    with open(file, "w") as out:
        json.dump({"notes": notes, "links": {name: vars(link) for name, link in LINKS.items()},
                   "values": figures.values, "failures": figures.reasons, "skipped": figures.skipped}, out, indent=1)
        out.write("\n")
