# SPDX-License-Identifier: Apache-2.0
"""Summarizes rounds as a table with medians, ranges and ratios: plain text, Markdown, JSON."""
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
    """Results: for each direction and metric one value per round, None if it failed."""

    def __init__(self, directions):
        self.directions = directions
        self.values = {direction.name: {} for direction in directions}
        self.reasons = {direction.name: {} for direction in directions}

    def add(self, direction, metric, value):
        self.values[direction.name].setdefault(metric, []).append(value)

    def fail(self, direction, metric, reason):
        self.add(direction, metric, None)
        self.reasons[direction.name][metric] = reason

    def measured(self, direction, metric):
        return [value for value in self.values[direction.name].get(metric, []) if value is not None]

    def failures(self):
        return sum(value is None for ours in self.values.values() for values in ours.values() for value in values)

    def ratio(self, direction, other, metric):
        mine, its = self.measured(direction, metric), self.measured(other, metric)
        if not mine or not its or not statistics.median(its):
            return ""
        return f"{number(statistics.median(mine) / statistics.median(its))} x"

    def cell(self, direction, metric):
        if metric not in self.values[direction.name]:
            return ""
        measured = self.measured(direction, metric)
        if not measured:
            return f"failed: {self.reasons[direction.name][metric]}"
        text = number(statistics.median(measured))
        if len(measured) > 1:
            text += f" ({number(min(measured))}-{number(max(measured))})"
        failed = len(self.values[direction.name][metric]) - len(measured)
        return text + (f", {failed} failed" if failed else "")

    def halves(self, direction):
        measured = [self.measured(direction, metric) for metric in HALVES]
        return " ".join(f"{statistics.median(values):.0f}" for values in measured) if all(measured) else ""

    def rows(self):
        """Header and rows of the table as text. Ratios are relative to the first side that is not ours."""
        other = next((direction for direction in self.directions[1:] if not direction.main_only), None)
        head = ["", *(direction.name for direction in self.directions)]
        rated = [direction for direction in self.directions if other and not direction.main_only and direction is not other]
        head += [f"{direction.name} / {other.name}" for direction in rated]
        rows = []
        for key, metric in METRICS.items():
            if key in HALVES[1:] or not any(key in self.values[direction.name] for direction in self.directions):
                continue
            if key == HALVES[0]:
                row = ["- rates of the first 8 half-seconds, % of full", *(self.halves(direction) for direction in self.directions)]
                rows.append(row + [""] * len(rated))
                continue
            title = metric.title + (f", {metric.unit}" if metric.unit else "")
            cells = [self.cell(direction, key) for direction in self.directions]
            for column, direction in enumerate(self.directions):
                if direction.main_only and self.ratio(direction, other, key):
                    cells[column] += f", {self.ratio(direction, other, key)}"
            rows.append([title, *cells, *(self.ratio(direction, other, key) for direction in rated)])
        return head, rows


def number(value):
    """Formats a number with three significant digits and without an exponent."""
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
    """Splits the table to fit the width: common columns first; omits rows without a value."""
    head, rows = figures.rows()
    directions = range(1, len(figures.directions) + 1)
    tables = []
    for columns in ([column for column in directions if not figures.directions[column - 1].main_only]
                    + [*range(len(figures.directions) + 1, len(head))],
                    [column for column in directions if figures.directions[column - 1].main_only]):
        while columns:
            fit = len(columns)
            while fit > 1 and max(map(len, table_lines(head, rows, columns[:fit]))) > MARKDOWN_WIDTH:
                fit -= 1
            tables.append("\n".join(table_lines(head, rows, columns[:fit])))
            columns = columns[fit:]
    wrapped = [textwrap.fill(note, MARKDOWN_WIDTH, initial_indent="- ", subsequent_indent="  ") for note in notes]
    return "\n\n".join([*tables, "\n".join(wrapped)])


def table_lines(head, rows, columns):
    """The lines of a table with the titles and these columns."""
    shown = [[row[0], *(row[column] for column in columns)] for row in [head, *rows]]
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
             for row in shown[:1] + [row for row in shown[1:] if any(row[1:])]]
    lines.insert(1, "|---" + "|---:" * len(columns) + "|")
    return lines


def write_markdown(file, figures, notes):
    """Writes the table between the markers of a file, or creates the file."""
    replace_between(file, BEGIN, END, markdown(figures, notes))


def replace_between(file, begin, end, content):
    """Replaces what is between two markers of a file, or creates the file."""
    text = f"{begin}\n\n{content}\n\n{end}\n"
    if os.path.exists(file):
        with open(file) as old:
            before = old.read()
        marked = re.compile(re.escape(begin) + ".*?" + re.escape(end) + "\n", re.DOTALL)
        if not marked.search(before):
            raise SystemExit(f"scripts/bench: {file} has no lines '{begin}' and '{end}' to put the tables between")
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
    """Machine, runtime and commit of the measurement, one fact per line."""
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
    directory = first_line(f"{tree}/scripts/find-jdk")
    try:
        with open(f"{directory}/release") as release:
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
        output = subprocess.run(words, capture_output=True, text=True, timeout=20).stdout
        return output.splitlines()[0].strip() if output.strip() else ""
    except (OSError, subprocess.TimeoutExpired):
        return ""
