// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code get}: prints one property of one network (04 section 1.4.4). */
final class GetCommand {
  private static final int MAX_ADDRESSES = 32;
  private static final int PREFIX_CHARACTERS = 24;
  private static final String ABSENT = "-";
  private static final List<String> DERIVED = List.of("ip", "ip4", "ip6", "ip6plane", "ip6prefix");

  private GetCommand() {}

  static int run(Session session) throws CliExit {
    NetworkCommands.requireNetworkAndProperty(session);
    String id = session.invocation().first();
    String property = session.invocation().second();
    LocalApi.Answer answer = session.api().get("/network");
    for (JsonObject network : JsonObject.listOf(session.parse(answer, null))) {
      if (network.text("id", "").equals(id)) {
        print(session, network, property);
        return 0;
      }
    }
    session.err().print("unknown network ID, check that you are a member of the network\n");
    session.require(answer, null);
    String error = HexIds.networkIdError(id);
    if (error != null) {
      session.terminal().hint(error);
    }
    return 0;
  }

  private static void print(Session session, JsonObject network, String property) {
    String value = value(network, property);
    if (!value.equals(ABSENT)) {
      session.out().print(value + "\n");
      return;
    }
    session.out().print("error, unknown property name\n");
    session.terminal().hint(hint(network, property));
  }

  /** Returns why there is no value: an unknown name, or a property that is not a single value. */
  private static String hint(JsonObject network, String property) {
    Object value = network.get(property);
    if (value instanceof List || value instanceof Map) {
      return property
          + " has more than one value, which get does not print; see: zerotier-cli -j"
          + " listnetworks";
    }
    var names = new ArrayList<String>(DERIVED);
    for (Object name : network.members().keySet()) {
      names.add((String) name);
    }
    String suggestion = NearestWords.suggestion(property, names);
    return "unknown property "
        + Text.quoted(property)
        + (suggestion.isEmpty()
            ? "; valid are ip, ip4, ip6, ip6plane, ip6prefix and the names in: zerotier-cli -j"
                + " listnetworks"
            : suggestion);
  }

  private static String value(JsonObject network, String property) {
    return switch (property) {
      case "ip" -> String.join("\n", addresses(network, ""));
      case "ip4" -> String.join("\n", addresses(network, "."));
      case "ip6" -> String.join("\n", addresses(network, ":"));
      case "ip6plane" -> sixPlane(network, Integer.MAX_VALUE);
      case "ip6prefix" -> sixPlane(network, PREFIX_CHARACTERS);
      default -> network.text(property, ABSENT);
    };
  }

  /** Returns the addresses that contain a mark, without their prefix lengths. */
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
   * Returns the 6PLANE addresses, each followed by a newline if an IPv6 address of any kind comes
   * after it: scripts rely on the empty line that appears if that one is not a 6PLANE address.
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
