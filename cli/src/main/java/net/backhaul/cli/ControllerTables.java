// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Aligned tables of what the controller has. */
final class ControllerTables {
  private static final int COLUMN_GAP = 2;

  private ControllerTables() {}

  /** Prints rows, of which the first is the heading, with columns as wide as their widest cell. */
  static void print(Session session, List<List<String>> rows) {
    int columns = rows.getFirst().size();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i).isEmpty() ? "-" : Text.printable(row.get(i));
        line.append(i == columns - 1 ? cell : Text.left(cell, width(rows, i) + COLUMN_GAP));
      }
      session.out().print(line.toString().stripTrailing() + "\n");
    }
  }

  private static int width(List<List<String>> rows, int column) {
    int width = 1;
    for (List<String> row : rows) {
      width = Math.max(width, Text.printable(row.get(column)).length());
    }
    return width;
  }

  static List<List<String>> table(String... heading) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of(heading));
    return rows;
  }

  /** Returns a time in UTC, to the second; empty for none. */
  static String time(long atMs) {
    return atMs <= 0 ? "" : Instant.ofEpochMilli(atMs).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Returns the row of a member. */
  static List<String> row(JsonObject member) {
    String state =
        member.flag("blocked") ? "BLOCKED" : member.flag("authorized") ? "OK" : "WAITING";
    return List.of(
        member.text("id", ""),
        state,
        member.flag("online") ? "ONLINE" : "-",
        member.text("link", ""),
        member.text("version", ""),
        time(member.number("seenMs", 0)),
        String.join(",", member.texts("addresses")),
        name(member));
  }

  /** Returns the name of a member; without one, that of its host in parentheses. */
  private static String name(JsonObject member) {
    String name = member.text("name", "");
    String hostName = member.text("hostName", "");
    return name.isEmpty() && !hostName.isEmpty() ? "(" + hostName + ")" : name;
  }

  static final String[] MEMBERS = {
    "<ztaddr>", "<state>", "<online>", "<link>", "<ver>", "<seen>", "<ips>", "<name>"
  };
}
