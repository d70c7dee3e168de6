# SPDX-License-Identifier: Apache-2.0
"""From figures of rounds to a table: medians, spreads, ratios; for a terminal, as Markdown, as JSON."""
import json
import os
import platform
import re
import statistics
import subprocess
import textwrap
import time

from measure import METRICS

BEGIN, END = "<!-- made by scripts/bench: begin -->", "<!-- made by scripts/bench: end -->"
MARKDOWN_WIDTH = 120
HALVES = [f"ramp.{half}" for half in range(1, 9)]


class Figures:
    """What was measured: for each way and metric one value for each round, None where it failed."""

    def __init__(self, ways):
        self.ways = ways
        self.values = {way.name: {} for way in ways}
        self.reasons = {way.name: {} for way in ways}

    def add(self, way, metric, value):
        self.values[way.name].setdefault(metric, []).append(value)

    def fail(self, way, metric, reason):
        self.add(way, metric, None)
        self.reasons[way.name][metric] = reason

    def good(self, way, metric):
        return [value for value in self.values[way.name].get(metric, []) if value is not None]

    def failures(self):
        return sum(value is None for ours in self.values.values() for values in ours.values() for value in values)

    def ratio(self, way, other, metric):
        mine, its = self.good(way, metric), self.good(other, metric)
        if not mine or not its or not statistics.median(its):
            return ""
        return f"{number(statistics.median(mine) / statistics.median(its))} x"

    def cell(self, way, metric):
        if metric not in self.values[way.name]:
            return ""
        good = self.good(way, metric)
        if not good:
            return f"failed: {self.reasons[way.name][metric]}"
        text = number(statistics.median(good))
        if len(good) > 1:
            text += f" ({number(min(good))}-{number(max(good))})"
        failed = len(self.values[way.name][metric]) - len(good)
        return text + (f", {failed} failed" if failed else "")

    def halves(self, way):
        good = [self.good(way, metric) for metric in HALVES]
        return " ".join(f"{statistics.median(values):.0f}" for values in good) if all(good) else ""

    def rows(self):
        """The table's head and its rows, as texts. Ratios are to the first side that is not ours."""
        other = next((way for way in self.ways[1:] if not way.main_only), None)
        head = ["", *(way.name for way in self.ways)]
        rated = [way for way in self.ways if other and not way.main_only and way is not other]
        head += [f"{way.name} / {other.name}" for way in rated]
        rows = []
        for key, metric in METRICS.items():
            if key in HALVES[1:] or not any(key in self.values[way.name] for way in self.ways):
                continue
            if key == HALVES[0]:
                row = ["- rates of the first 8 half-seconds, % of full", *(self.halves(way) for way in self.ways)]
                rows.append(row + [""] * len(rated))
                continue
            title = metric.title + (f", {metric.unit}" if metric.unit else "")
            cells = [self.cell(way, key) for way in self.ways]
            for column, way in enumerate(self.ways):
                if way.main_only and self.ratio(way, other, key):
                    cells[column] += f", {self.ratio(way, other, key)}"
            rows.append([title, *cells, *(self.ratio(way, other, key) for way in rated)])
        return head, rows


def number(value):
    """Three digits that count, and no exponent."""
    if value >= 99.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def plain(figures):
    head, rows = figures.rows()
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def markdown(figures, notes):
    """Tables whose lines fit the width: what every row has, then the rest; rows without a value are left out."""
    head, rows = figures.rows()
    ways = range(1, len(figures.ways) + 1)
    tables = []
    for columns in ([column for column in ways if not figures.ways[column - 1].main_only]
                    + [*range(len(figures.ways) + 1, len(head))],
                    [column for column in ways if figures.ways[column - 1].main_only]):
        while columns:
            fit = len(columns)
            while fit > 1 and max(map(len, table_lines(head, rows, columns[:fit]))) > MARKDOWN_WIDTH:
                fit -= 1
            tables.append("\n".join(table_lines(head, rows, columns[:fit])))
            columns = columns[fit:]
    wrapped = [textwrap.fill(note, MARKDOWN_WIDTH, initial_indent="- ", subsequent_indent="  ") for note in notes]
    return "\n\n".join([*tables, "\n".join(wrapped)])


def table_lines(head, rows, columns):
    """The lines of a table with just these columns beside the titles."""
    shown = [[row[0], *(row[column] for column in columns)] for row in [head, *rows]]
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
             for row in shown[:1] + [row for row in shown[1:] if any(row[1:])]]
    lines.insert(1, "|---" + "|---:" * len(columns) + "|")
    return lines


def write_markdown(file, figures, notes):
    """Puts the table between the marks of a file that has them, or makes the file."""
    text = f"{BEGIN}\n\n{markdown(figures, notes)}\n\n{END}\n"
    if os.path.exists(file):
        with open(file) as old:
            before = old.read()
        marked = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END) + "\n", re.DOTALL)
        if not marked.search(before):
            raise SystemExit(f"scripts/bench: {file} has no lines '{BEGIN}' and '{END}' to put the table between")
        text = marked.sub(lambda _: text, before)
    with open(file, "w") as new:
        new.write(text)


def write_json(file, figures, notes, conditions):
    with open(file, "w") as out:
        json.dump({"conditions": conditions, "notes": notes,
                   "metrics": {key: vars(metric) for key, metric in METRICS.items()},
                   "values": figures.values, "failures": figures.reasons}, out, indent=1)
        out.write("\n")


def machine(tree):
    """Where and of what this was measured, one fact a line."""
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")),
                     platform.machine())
    with open("/proc/meminfo") as meminfo:
        memory = int(meminfo.readline().split()[1]) / 2**20
    with open("/proc/sys/net/ipv4/tcp_congestion_control") as control:
        congestion = control.read().strip()
    return [f"machine: {model}, {len(os.sched_getaffinity(0))} CPUs, {memory:.0f} GiB; Linux {platform.release()}, "
            f"TCP congestion control {congestion}; {first_line('iperf3', '--version')}",
            f"Java: {java(tree)}",
            f"{time.strftime('%Y-%m-%d')}, commit {commit(tree)}"]


def java(tree):
    folder = first_line(f"{tree}/scripts/find-jdk")
    try:
        with open(f"{folder}/release") as release:
            facts = dict(line.strip().split("=", 1) for line in release if "=" in line)
        return f"{facts.get('IMPLEMENTOR', '')} {facts.get('JAVA_RUNTIME_VERSION', facts['JAVA_VERSION'])}".replace('"', "")
    except (OSError, KeyError):
        return "unknown"


def commit(tree):
    found = first_line("git", "-C", tree, "rev-parse", "--short", "HEAD")
    changed = first_line("git", "-C", tree, "status", "--porcelain", "--untracked-files=no")
    return found + (" with changes" if changed else "") if found else "unknown"


def first_line(*words):
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=20).stdout
        return said.splitlines()[0].strip() if said.strip() else ""
    except (OSError, subprocess.TimeoutExpired):
        return ""
