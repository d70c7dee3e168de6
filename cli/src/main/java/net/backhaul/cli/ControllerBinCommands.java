// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;

/** Members that were removed from a network of this node's controller. */
final class ControllerBinCommands {
  static final String BIN = "controller bin <network ID>";
  static final String RESTORE = "controller restore <network ID> <address>";
  static final String PURGE = "controller purge <network ID> <address>";

  private static final int PAGE = 1_000;

  private ControllerBinCommands() {}

  static int list(Session session) throws CliExit {
    ControllerActions.requireCount(session, 1, 1, BIN);
    String path = ControllerActions.network(session, BIN) + "/bin?limit=" + PAGE + "&offset=";
    var all = new ArrayList<JsonObject>();
    long total;
    do {
      JsonObject page = ControllerActions.require(session, session.api().get(path + all.size()));
      List<JsonObject> part = page.objects("members");
      total = part.isEmpty() ? 0 : page.number("total", 0);
      all.addAll(part);
    } while (all.size() < total);
    if (session.json()) {
      return session.print(all.stream().map(JsonObject::members).toList());
    }
    List<List<String>> rows =
        ControllerTables.table("<ztaddr>", "<removed>", "<until>", "<ips>", "<name>");
    for (JsonObject member : all) {
      rows.add(
          List.of(
              member.text("id", ""),
              ControllerTables.time(member.number("removedMs", 0)),
              ControllerTables.time(member.number("expiresMs", 0)),
              String.join(",", member.texts("addresses")),
              member.text("name", "")));
    }
    ControllerTables.print(session, rows);
    return 0;
  }

  /** Restores a removed member with all that it had. */
  static int restore(Session session) throws CliExit {
    ControllerActions.requireCount(session, 2, 2, RESTORE);
    String path = path(session, RESTORE) + "/restore";
    return ControllerActions.done(session, session.api().post(path, "{}"), "restore");
  }

  /** Deletes a removed member for good. */
  static int purge(Session session) throws CliExit {
    ControllerActions.requireCount(session, 2, 2, PURGE);
    return ControllerActions.done(session, session.api().delete(path(session, PURGE)), "purge");
  }

  private static String path(Session session, String use) throws CliExit {
    return ControllerActions.network(session, use)
        + "/bin/"
        + ControllerActions.address(session, use);
  }
}
