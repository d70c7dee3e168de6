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
         ("marked", "marked", None), ("ready_s", "s until the direct path", "s until the direct path")]
COUNTS = {"retransmits", "drops", "marked"}
MARKS = "- marked, dropped"  # by the link: a row of the Markdown tables

# What ours should reach, beside the bare link and the first other programs: docs/performance.md.
RATE_OF_BARE, RATE_OF_OTHER, RETRANSMITS = 0.95, 1.0, 1.3
PING_MORE_MS, LOSS_MORE, LEAST_SHARE, READY_S = 2, 0.1, 40, 3
# Segments and datagrams by which so small counts differ between two streams over the same link.
RETRANSMITS_NOISE, CALL_NOISE = 3, 2

# What the smoke must reach, on a busy machine too. Rates are shares of the link's rate.
SMOKE_BARE, SMOKE_OURS, SMOKE_LOSS = 0.8, 0.5, 10
SMOKE_RATES = {"dsl": 0.65}  # of ours, on links whose figures vary little
SMOKE_RETRANSMITS, SMOKE_RETRANSMITS_MORE = 3, 300
# By how many milliseconds a ping beside TCP may exceed that on the bare link; a queue in the kernel takes 150.
SMOKE_PING = 40


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

    def discard(self, link):
        """Discards what was measured on a link."""
        self.values.pop(link, None)

    def failed_links(self):
        return {cell.split()[0] for cell in self.reasons}

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
        marks = LINKS[link].ecn  # then nothing is to be lost
        words = slower(ours, bare, RATE_OF_BARE, "bare") + slower(ours, other, RATE_OF_OTHER, self.other_name())
        sent_again = [them["retransmits"] for them in (bare, other) if "retransmits" in them]
        if sent_again and ours["retransmits"] > (0 if marks else retransmits_at_most(max(sent_again))):
            words.append("retransmissions")
        if "retransmits" in ours and "ping" in bare and ours["ping"] > bare["ping"] + PING_MORE_MS:
            words.append(f"ping +{apart(ours['ping'] - bare['ping'], PING_MORE_MS, 0)} ms")
        for name, title, more in (("loss", "loss", LOSS_MORE), ("call.loss", "call", call_loss_more(ours))):
            if name in ours and name in bare and ours[name] > (0 if marks else bare[name] + more):
                words.append(title)
        if ours.get("share", LEAST_SHARE) < LEAST_SHARE:
            words.append(f"share {apart(ours['share'], LEAST_SHARE, 0)} %")
        if marks and dropped(ours):
            words.append("drops")
        if ours.get("ready_s", 0) > READY_S:
            words.append(f"direct after {apart(ours['ready_s'], READY_S, 1)} s")
        return ", ".join(words)

    def marks(self, link, measurement, column):
        """What the link marked and dropped, for a cell."""
        medians = self.medians(link, measurement, column)
        return f"{medians['marked']:.0f}, {dropped(medians):.0f}" if medians else ""

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
            rows = []
            for link in measured:
                rows.append([link, *(self.text(link, measurement, column, names) for column in self.columns),
                             self.behind(link, measurement)])
                if brief and LINKS[link].ecn:
                    rows.append([MARKS, *(self.marks(link, measurement, column) for column in self.columns), ""])
            yield (f"{about.title}: " + ", ".join(title for _, title in shown),
                   ["link", *self.columns, "ours is behind in"], rows)


def slower(ours, them, least, name):
    """The ratio of rates in words, if it is below the least that ours should reach."""
    if not them.get("rate") or ours["rate"] / them["rate"] >= least:
        return []
    return [f"{apart(ours['rate'] / them['rate'], least, 2)} x {name}"]


def retransmits_at_most(theirs):
    """How many segments ours may send again where others do so many times."""
    return max(RETRANSMITS * theirs, theirs + RETRANSMITS_NOISE)


def call_loss_more(ours):
    """By how many percent a call may lose more: one of its datagrams alone is more than UDP may."""
    return max(LOSS_MORE, CALL_NOISE / ours["call.sent"] * 100) if "call.sent" in ours else LOSS_MORE


def dropped(medians):
    """Frames that the link dropped in both directions."""
    return medians["drops"] + medians["drops_back"]


def apart(value, target, digits):
    """A number with so many digits after the point, and more where it would read as the target."""
    while float(f"{value:.{digits}f}") == target and digits < 6:
        digits += 1
    return f"{value:.{digits}f}"


def faults(figures, links):
    """What a smoke finds wrong on links, one line each."""
    found = []
    for link in links:
        for column, least in (("bare", SMOKE_BARE), ("ours", SMOKE_RATES.get(link, SMOKE_OURS))):
            rate = figures.medians(link, "tcp1", column).get("rate", 0)
            expected = least * LINKS[link].rate(False)
            if rate < expected:
                found.append(f"{link}, tcp1, {column}: expected at least {number(expected)} Mbit/s, found {number(rate)}")
            loss = figures.medians(link, "udp", column).get("loss", 100)
            if loss > SMOKE_LOSS:
                found.append(f"{link}, udp, {column}: expected a loss of at most {SMOKE_LOSS} %, found {number(loss)} %")
        bare, ours = (figures.medians(link, "tcp1", column) for column in ("bare", "ours"))
        if bare and ours:
            found += [f"{link}, tcp1, ours: {fault}" for fault in tcp_faults(bare, ours, LINKS[link].ecn)]
    return found


def tcp_faults(bare, ours, marks):
    """What a smoke finds wrong with TCP beside the bare link."""
    found = []
    most = bare["ping"] + SMOKE_PING
    if ours["ping"] > most:
        found.append(f"expected a ping of at most {most:.0f} ms beside it, found {number(ours['ping'])} ms")
    most = SMOKE_RETRANSMITS * bare["retransmits"] + SMOKE_RETRANSMITS_MORE
    if ours["retransmits"] > most:
        found.append(f"expected at most {most:.0f} segments retransmitted, found {ours['retransmits']:.0f}")
    if marks and (not ours["marked"] or dropped(ours)):
        found.append(f"expected marks and no drop of the link, found {ours['marked']:.0f} and {dropped(ours):.0f}")
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
