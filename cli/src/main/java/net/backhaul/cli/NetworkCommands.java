// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;

/** Networks: {@code listnetworks}, {@code join}, {@code leave} and {@code set}. */
final class NetworkCommands {
  private static final int USAGE = 2;
  private static final int ID_DIGITS = 16;
  static final List<String> SETTINGS =
      List.of("allowManaged", "allowGlobal", "allowDefault", "allowDNS");
  private static final List<String> WITH_LISTS = List.of("allowManaged", "allowGlobal", "allowDNS");

  /** The limit of the daemon. */
  private static final int MAX_PREFIXES = 64;

  private static final String SETTING_NAMES =
      "allowManaged, allowGlobal, allowDefault and allowDNS";

  /** The values whose meaning is plain; of others only the first letter counts. */
  private static final List<String> BOOLEANS = List.of("1", "0", "true", "false", "t", "f");

  private static final int MAX_TOKEN_CHARS = 128;

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
      hintProblems(session, network);
    }
    return 0;
  }

  private static void hintProblems(Session session, JsonObject network) {
    String name = network.text("nwid", "-") + ": ";
    for (JsonObject each : network.objects("rejected")) {
      session
          .terminal()
          .hint(
              name
                  + "the "
                  + each.text("kind", "-")
                  + " "
                  + each.text("target", "-")
                  + " is not applied: "
                  + each.text("reason", "-"));
    }
    for (String each : network.texts("problems")) {
      session.terminal().hint(name + each);
    }
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
    Map<String, Object> body = new HashMap<>();
    String token = session.invocation().options().get("--token");
    if (token != null) {
      body.put("joinToken", joinToken(session, token));
    }
    return session.confirm(
        "join", session.api().post("/network/" + id, Json.write(body)), HexIds.networkIdError(id));
  }

  /**
   * Returns a token; one that is read is not seen by other users, as the words of a command are.
   */
  private static String joinToken(Session session, String word) throws CliExit {
    String token = word.equals("-") ? session.terminal().readLine().strip() : word;
    boolean isToken =
        !token.isEmpty()
            && token.length() <= MAX_TOKEN_CHARS
            && token.chars().allMatch(each -> each > ' ' && each < 0x7f);
    if (!isToken) {
      throw CliExit.err("", USAGE)
          .withHint(
              "join: --token: expected a token of up to "
                  + MAX_TOKEN_CHARS
                  + " letters and digits, as the controller has printed it");
    }
    return token;
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
    if (WITH_LISTS.contains(key) && (word.equals("all") || word.matches(".*[./:,].*"))) {
      return setList(session, key, word);
    }
    boolean value = word.startsWith("t") || word.startsWith("1");
    String id = session.invocation().first();
    LocalApi.Answer answer =
        session.api().post("/network/" + id, "{\"" + key + "\":" + value + "}");
    int code = session.show(answer, HexIds.networkIdError(id));
    // An answer without a body, as another daemon may give, names no restriction.
    List<String> within =
        answer.body().isBlank()
            ? List.of()
            : JsonObject.of(session.parse(answer, null)).texts(key + "Within");
    if (value && !within.isEmpty()) {
      session
          .terminal()
          .hint(
              key
                  + " is restricted to "
                  + String.join(",", within)
                  + "; to permit everything: zerotier-cli set "
                  + id
                  + " "
                  + key
                  + "=all");
    }
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

  /** Sets the prefixes for which a permission holds; {@code all} stands for no restriction. */
  private static int setList(Session session, String key, String word) throws CliExit {
    List<Object> prefixes = new ArrayList<>();
    for (String each : word.equals("all") ? new String[0] : word.split(",", -1)) {
      try {
        IpPrefix prefix = IpPrefix.parse(each.strip());
        if (prefix.bits() > prefix.address().getAddress().length * 8) {
          throw new IllegalArgumentException(each);
        }
        prefixes.add(prefix.network().toString());
      } catch (IllegalArgumentException e) {
        throw CliExit.err("", USAGE)
            .withHint(
                "nothing was set: "
                    + key
                    + ": expected prefixes such as 10.0.0.0/8,fd00::/8, found "
                    + Text.quoted(each));
      }
    }
    if (prefixes.size() > MAX_PREFIXES) {
      throw CliExit.err("", USAGE)
          .withHint(
              "nothing was set: "
                  + key
                  + ": expected at most "
                  + MAX_PREFIXES
                  + " prefixes, found "
                  + prefixes.size());
    }
    String id = session.invocation().first();
    Map<String, Object> body = Map.of(key, prefixes);
    return session.show(
        session.api().post("/network/" + id, Json.write(body)), HexIds.networkIdError(id));
  }

  private static String unknownSetting(String key) {
    String suggestion = NearestWords.suggestion(key, SETTINGS);
    return "nothing was set: unknown setting "
        + Text.quoted(key)
        + (suggestion.isEmpty() ? "; settings are " + SETTING_NAMES : suggestion);
  }
}
