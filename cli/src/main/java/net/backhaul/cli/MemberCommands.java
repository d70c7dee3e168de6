// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code members}, and what names the members of a network at its controller. */
final class MemberCommands {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NOT_FOUND = 404;
  private static final int COLUMN_GAP = 2;
  private static final List<String> HEADER = List.of("<name>", "<ztaddr>", "<link>", "<lat>");

  private MemberCommands() {}

  /** One line per member: name in the network's domain, address, link, latency, addresses. */
  static int list(Session session) throws CliExit {
    String id = session.invocation().first();
    String idError = HexIds.networkIdError(id);
    if (idError != null) {
      throw CliExit.err("", USAGE).withHint("members: " + idError);
    }
    LocalApi.Answer answer = session.api().get("/network/" + id + "/members");
    if (answer.status() == NOT_FOUND) {
      throw CliExit.err("", FAILED)
          .withHint("members: network " + id + " is not joined; join it first");
    }
    Object parsed = session.parse(answer, null);
    session.require(answer, null);
    if (session.json()) {
      return session.print(parsed);
    }
    JsonObject network = JsonObject.of(parsed);
    if (!network.flag("directory")) {
      throw CliExit.err("", FAILED)
          .withHint(
              "members: network "
                  + id
                  + " has no directory; set \"directory\": true for it at its controller");
    }
    print(session, network);
    if (!network.flag("complete")) {
      session.terminal().hint("the directory is incomplete; more members will follow");
    }
    return 0;
  }

  private static void print(Session session, JsonObject network) {
    String domain = network.text("domain", "");
    var rows = new ArrayList<List<String>>();
    rows.add(HEADER);
    for (JsonObject member : network.objects("members")) {
      String label = member.text("label", "-");
      long latency = member.number("latency", -1);
      rows.add(
          List.of(
              Text.printable(domain.isEmpty() ? label : label + "." + domain),
              Text.printable(member.text("address", "-")),
              member.text("link", "-"),
              latency < 0 ? "-" : Long.toString(latency)));
    }
    List<String> addresses = new ArrayList<>(List.of("<ips>"));
    for (JsonObject member : network.objects("members")) {
      String all = String.join(",", member.texts("ipAssignments"));
      addresses.add(all.isEmpty() ? "-" : Text.printable(all));
    }
    for (int i = 0; i < rows.size(); i++) {
      var line = new StringBuilder();
      for (int column = 0; column < HEADER.size(); column++) {
        line.append(Text.left(rows.get(i).get(column), width(rows, column) + COLUMN_GAP));
      }
      session.out().print(line.append(addresses.get(i)).append('\n'));
    }
  }

  private static int width(List<List<String>> rows, int column) {
    int width = 0;
    for (List<String> row : rows) {
      width = Math.max(width, row.get(column).length());
    }
    return width;
  }

  /** Sets the name of a member at the controller; an empty one removes it. */
  static int name(Session session, String networkId, String address, String name) throws CliExit {
    String path = "/controller/network/" + networkId + "/member/" + address;
    return post(session, path, Map.of("name", name));
  }

  /** Switches the directory of a network on or off at the controller. */
  static int directory(Session session, String networkId, boolean on) throws CliExit {
    return post(session, "/controller/network/" + networkId, Map.of("directory", on));
  }

  /** Changes what exists; a request for anything else would create it. */
  private static int post(Session session, String path, Map<String, ?> body) throws CliExit {
    @Nullable String hint = "this node is not the controller of the network, or it does not exist";
    session.require(session.api().get(path), hint);
    return session.confirm(session.command(), session.api().post(path, Json.write(body)), hint);
  }
}
