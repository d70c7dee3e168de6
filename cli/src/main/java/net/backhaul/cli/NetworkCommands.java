// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;

/** Networks: {@code listnetworks}, {@code join}, {@code leave} and {@code set}. */
final class NetworkCommands {
  private static final int USAGE = 2;
  private static final int ID_DIGITS = 16;
  static final List<String> SETTINGS =
      List.of("allowManaged", "allowGlobal", "allowDefault", "allowDNS");
  private static final String SETTING_NAMES =
      "allowManaged, allowGlobal, allowDefault and allowDNS";

  /** The values whose meaning is plain; of others only the first letter counts. */
  private static final List<String> BOOLEANS = List.of("1", "0", "true", "false", "t", "f");

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
      if (DeviceState.isDown(network.text("portDeviceName", ""))) {
        session.terminal().hint(DeviceState.hint(network.text("portDeviceName", "")));
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
    return session.confirm(
        "join", session.api().post("/network/" + id, "{}"), HexIds.networkIdError(id));
  }

  static int leave(Session session) throws CliExit {
    String id = networkId(session);
    return session.confirm(
        "leave", session.api().delete("/network/" + id), HexIds.networkIdError(id));
  }

  private static String networkId(Session session) throws CliExit {
    String id = session.invocation().first();
    if (id.length() != ID_DIGITS) {
      throw CliExit.out("invalid network id\n", USAGE).withHint(HexIds.networkIdError(id));
    }
    return id;
  }

  /** Rejects arguments that are not a network and a property or setting. */
  static void requireNetworkAndProperty(Session session) throws CliExit {
    if (session.invocation().first().length() != ID_DIGITS) {
      throw CliExit.err("invalid format: must be a 16-digit (network) ID\n", USAGE)
          .withHint(HexIds.networkIdError(session.invocation().first()));
    }
    if (session.invocation().second().isEmpty()) {
      boolean set = session.command().equals("set");
      throw CliExit.err(
              "invalid format: include a property name to " + session.command() + "\n", USAGE)
          .withHint(set ? "expected <setting>=<value>; settings are " + SETTING_NAMES : null);
    }
  }

  static int set(Session session) throws CliExit {
    requireNetworkAndProperty(session);
    String setting = session.invocation().second();
    int equals = setting.indexOf('=');
    if (equals < 0) {
      throw CliExit.err(Help.cli(), USAGE)
          .withHint("expected <setting>=<value>, found " + Text.quoted(setting));
    }
    String key = setting.substring(0, equals);
    if (!SETTINGS.contains(key)) {
      session.terminal().hint(unknownSetting(key));
      return 0;
    }
    String word = setting.substring(equals + 1);
    boolean value = word.startsWith("t") || word.startsWith("1");
    String id = session.invocation().first();
    int code =
        session.show(
            session.api().post("/network/" + id, "{\"" + key + "\":" + value + "}"),
            HexIds.networkIdError(id));
    if (!BOOLEANS.contains(word)) {
      session
          .terminal()
          .hint(
              key
                  + ": expected 1, 0, true or false, found "
                  + Text.quoted(word)
                  + ", which counts as "
                  + value);
    }
    return code;
  }

  private static String unknownSetting(String key) {
    String suggestion = NearestWords.suggestion(key, SETTINGS);
    return "nothing was set: unknown setting "
        + Text.quoted(key)
        + (suggestion.isEmpty() ? "; settings are " + SETTING_NAMES : suggestion);
  }
}
