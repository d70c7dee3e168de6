# SPDX-License-Identifier: Apache-2.0
"""Summarizes the rounds of scripts/bench wan: for each measurement a table of links; plain text, Markdown, JSON."""
import json
import statistics

from links import LINKS
from report import machine, number  # noqa: F401 # also for wan.py
from streams import MEASUREMENTS

# Figures of a cell, in this order.
SHOWN = {"rate": "Mbit/s", "share": "% for the slower flow", "loss": "% lost", "retransmits": "retransmitted",
         "ping": "ms of ping", "ping.p99": "p99", "call.loss": "% of a call lost", "drops": "dropped by the link"}


class Figures:
    """Results: for each link, measurement and column one dictionary of figures per round, None if it failed."""

    def __init__(self, columns):
        self.columns = columns
        self.values = {}
        self.reasons = {}
        self.skipped = {}

    def cell(self, link, measurement, column):
        return self.values.setdefault(link, {}).setdefault(measurement, {}).setdefault(column, [])

    def add(self, link, measurement, column, values):
        self.cell(link, measurement, column).append(values)

    def fail(self, link, measurement, column, reason):
        self.cell(link, measurement, column).append(None)
        self.reasons[f"{link} {measurement} {column}"] = reason

    def skip(self, measurement, reason):
        self.skipped[measurement] = reason

    def failures(self):
        return sum(values is None for measurements in self.values.values() for columns in measurements.values()
                   for rounds in columns.values() for values in rounds)

    def medians(self, link, measurement, column):
        rounds = [values for values in self.values.get(link, {}).get(measurement, {}).get(column, []) if values]
        return {name: statistics.median(values[name] for values in rounds) for name in rounds[0]} if rounds else {}

    def text(self, link, measurement, column):
        medians = self.medians(link, measurement, column)
        if medians:
            return ", ".join(number(medians[name]) if name != "retransmits" and name != "drops" else f"{medians[name]:.0f}"
                             for name in SHOWN if name in medians)
        reason = self.reasons.get(f"{link} {measurement} {column}")
        return f"failed: {reason}" if reason else ""

    def tables(self):
        """For each measurement: title, header and rows."""
        for measurement in MEASUREMENTS:
            measured = [link for link in LINKS if measurement in self.values.get(link, {})]
            if not measured:
                continue
            example = next((medians for link in measured for column in self.columns
                            if (medians := self.medians(link, measurement, column))), {})
            units = ", ".join(unit for name, unit in SHOWN.items() if name in example)
            yield (f"{MEASUREMENTS[measurement].title} [{units}]", ["link", *self.columns],
                   [[link, *(self.text(link, measurement, column) for column in self.columns)] for link in measured])


def plain(figures):
    blocks = []
    for title, head, rows in figures.tables():
        table = [head, *rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
        blocks.append("\n".join([title, *lines]))
    return "\n\n".join(blocks)


def write_json(file, figures, notes):
    with open(file, "w") as out:
        json.dump({"notes": notes, "links": {name: vars(link) for name, link in LINKS.items()},
                   "values": figures.values, "failures": figures.reasons, "skipped": figures.skipped}, out, indent=1)
        out.write("\n")
