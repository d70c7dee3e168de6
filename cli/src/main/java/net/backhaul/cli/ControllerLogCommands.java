// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Who changed what at this node's controller, and members as they change. */
final class ControllerLogCommands {
  static final String LOG = "controller log [<network ID>]";
  static final String WATCH = "controller watch <network ID>";

  private static final int ENTRIES = 100;
  private static final long POLL_MS = 1_000;

  private ControllerLogCommands() {}

  static int log(Session session) throws CliExit {
    ControllerActions.requireCount(session, 0, 1, LOG);
    String id = session.invocation().word(2);
    if (!id.isEmpty()) {
      ControllerActions.network(session, LOG);
    }
    String path = ControllerActions.PATH + "/audit?limit=" + ENTRIES + "&network=" + id;
    LocalApi.Answer answer = session.api().get(path);
    JsonObject found = ControllerActions.require(session, answer);
    if (session.json()) {
      return session.print(session.parse(answer, null));
    }
    List<List<String>> rows =
        ControllerTables.table("<time>", "<nwid>", "<ztaddr>", "<action>", "<from>", "<actor>");
    for (JsonObject entry : found.objects("entries")) {
      rows.add(
          List.of(
              ControllerTables.time(entry.number("atMs", 0)),
              entry.text("network", ""),
              entry.text("member", ""),
              entry.text("action", ""),
              entry.text("origin", ""),
              entry.text("actor", "")));
    }
    ControllerTables.print(session, rows);
    return 0;
  }

  /** Prints the members, and each of them again when it changes, until an interrupt. */
  static int watch(Session session) throws CliExit {
    ControllerActions.requireCount(session, 1, 1, WATCH);
    var ends = new AtomicBoolean();
    session
        .terminal()
        .host()
        .onInterrupt(
            () -> {
              ends.set(true);
              return 0;
            });
    Map<String, List<String>> shown = new HashMap<>();
    while (!ends.get()) {
      for (JsonObject member : ControllerActions.members(session, "")) {
        List<String> row = ControllerTables.row(member);
        String id = member.text("id", "");
        if (!row.equals(shown.put(id, row))) {
          session.out().print(Text.printable(String.join("  ", row)) + "\n");
        }
      }
      session.out().flush();
      session.terminal().host().pause(POLL_MS);
    }
    return 0;
  }
}
