// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;

/** Networks: {@code listnetworks}, {@code join}, {@code leave} and {@code set}. */
final class NetworkCommands {
  private static final int USAGE = 2;
  private static final int ID_DIGITS = 16;
  private static final List<String> SETTINGS =
      List.of("allowManaged", "allowGlobal", "allowDefault", "allowDNS");

  private NetworkCommands() {}

  /** One line per network (04 section 1.4.3). */
  static int list(Session session) throws CliExit {
    Object networks = session.fetch("/network");
    if (session.json()) {
      return session.print(networks);
    }
    session
        .out()
        .print("200 listnetworks <nwid> <name> <mac> <status> <type> <dev> <ZT assigned ips>\n");
    for (JsonObject network : JsonObject.listOf(networks)) {
      String addresses = String.join(",", network.texts("assignedAddresses"));
      session
          .out()
          .print(
              "200 listnetworks "
                  + network.text("nwid", "-")
                  + " "
                  + network.text("name", "-")
                  + " "
                  + network.text("mac", "-")
                  + " "
                  + network.text("status", "-")
                  + " "
                  + network.text("type", "-")
                  + " "
                  + network.text("portDeviceName", "-")
                  + " "
                  + (addresses.isEmpty() ? "-" : addresses)
                  + "\n");
      if (network.flag("ssoEnabled")) {
        printLogin(session, network);
      }
    }
    return 0;
  }

  private static void printLogin(Session session, JsonObject network) {
    String status = network.text("status", "-");
    long leftMs = network.number("authenticationExpiryTime", 0) - session.terminal().wallMs();
    if (status.equals("AUTHENTICATION_REQUIRED")) {
      session.out().print("    AUTH EXPIRED, URL: " + network.text("authenticationURL", "") + "\n");
    } else if (status.equals("OK") && leftMs > 0) {
      session.out().print("    AUTH OK, expires in: " + leftMs / 1000 + " seconds\n");
    }
  }

  static int join(Session session) throws CliExit {
    String id = networkId(session);
    return session.confirm("join", session.api().post("/network/" + id, "{}"));
  }

  static int leave(Session session) throws CliExit {
    String id = networkId(session);
    return session.confirm("leave", session.api().delete("/network/" + id));
  }

  private static String networkId(Session session) throws CliExit {
    String id = session.invocation().first();
    if (id.length() != ID_DIGITS) {
      throw CliExit.out("invalid network id\n", USAGE);
    }
    return id;
  }

  /** Refuses what cannot be the arguments of {@code get} and {@code set}. */
  static void requireNetworkAndProperty(Session session) throws CliExit {
    if (session.invocation().first().length() != ID_DIGITS) {
      throw CliExit.err("invalid format: must be a 16-digit (network) ID\n", USAGE);
    }
    if (session.invocation().second().isEmpty()) {
      throw CliExit.err(
          "invalid format: include a property name to " + session.command() + "\n", USAGE);
    }
  }

  static int set(Session session) throws CliExit {
    requireNetworkAndProperty(session);
    String setting = session.invocation().second();
    int equals = setting.indexOf('=');
    if (equals < 0) {
      throw CliExit.err(Help.cli(), USAGE);
    }
    String key = setting.substring(0, equals);
    if (!SETTINGS.contains(key)) {
      return 0;
    }
    boolean value = setting.startsWith("t", equals + 1) || setting.startsWith("1", equals + 1);
    return session.show(
        session
            .api()
            .post("/network/" + session.invocation().first(), "{\"" + key + "\":" + value + "}"));
  }
}
