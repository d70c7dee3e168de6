// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;

/** {@code get}: one property of one network (04 section 1.4.4). */
final class GetCommand {
  private static final int MAX_ADDRESSES = 32;
  private static final int PREFIX_CHARACTERS = 24;
  private static final String ABSENT = "-";

  private GetCommand() {}

  static int run(Session session) throws CliExit {
    NetworkCommands.requireNetworkAndProperty(session);
    String id = session.invocation().first();
    String property = session.invocation().second();
    LocalApi.Answer answer = session.api().get("/network");
    for (JsonObject network : JsonObject.listOf(session.parse(answer))) {
      if (network.text("id", "").equals(id)) {
        session.out().print(value(network, property) + "\n");
        return 0;
      }
    }
    session.err().print("unknown network ID, check that you are a member of the network\n");
    session.require(answer);
    return 0;
  }

  private static String value(JsonObject network, String property) {
    return switch (property) {
      case "ip" -> String.join("\n", addresses(network, ""));
      case "ip4" -> String.join("\n", addresses(network, "."));
      case "ip6" -> String.join("\n", addresses(network, ":"));
      case "ip6plane" -> sixPlane(network, Integer.MAX_VALUE);
      case "ip6prefix" -> sixPlane(network, PREFIX_CHARACTERS);
      default -> {
        String value = network.text(property, ABSENT);
        yield value.equals(ABSENT) ? "error, unknown property name" : value;
      }
    };
  }

  /** Returns the addresses, without their prefix lengths, that contain a certain mark. */
  private static List<String> addresses(JsonObject network, String mark) {
    var found = new ArrayList<String>();
    List<String> all = network.texts("assignedAddresses");
    for (String address : all.subList(0, Math.min(all.size(), MAX_ADDRESSES))) {
      int slash = address.indexOf('/');
      String ip = slash < 0 ? address : address.substring(0, slash);
      if (ip.contains(mark)) {
        found.add(ip);
      }
    }
    return found;
  }

  /**
   * Returns the 6PLANE addresses, each with the line's end behind it that parts it from a next IPv6
   * address: scripts know the empty line that there is if that is none of them.
   */
  private static String sixPlane(JsonObject network, int maxCharacters) {
    var text = new StringBuilder();
    List<String> addresses = addresses(network, ":");
    for (int i = 0; i < addresses.size(); i++) {
      String address = addresses.get(i);
      if (address.startsWith("fc")) {
        text.append(address, 0, Math.min(address.length(), maxCharacters));
        text.append(i + 1 < addresses.size() ? "\n" : "");
      }
    }
    return text.toString();
  }
}
