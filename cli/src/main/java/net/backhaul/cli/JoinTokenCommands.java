// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Join tokens of a network of this node's controller. */
final class JoinTokenCommands {
  static final String CREATE =
      "controller token create <network ID> [--uses=<n>] [--days=<n>] [--name=<name>]";
  static final String LIST = "controller token list <network ID>";
  static final String REVOKE = "controller token revoke <network ID> <id>";

  private static final long DAY_S = 86_400;
  private static final long MAX_DAYS = 366;
  private static final long MAX_USES = 100_000;

  private JoinTokenCommands() {}

  static int run(Session session) throws CliExit {
    Invocation words = session.invocation();
    String path = ControllerActions.PATH + "/networks/" + networkId(words.word(3)) + "/join-tokens";
    return switch (words.word(2)) {
      case "create" -> create(session, path);
      case "list" -> list(session, path);
      case "revoke" -> revoke(session, path);
      default ->
          throw ControllerActions.usage(
              String.join(", or ", CREATE, LIST, REVOKE),
              "token: expected create, list or revoke, found " + Text.quoted(words.word(2)));
    };
  }

  private static String networkId(String id) throws CliExit {
    String error = HexIds.networkIdError(id);
    if (error != null) {
      throw ControllerActions.usage(String.join(", or ", CREATE, LIST, REVOKE), error);
    }
    return id;
  }

  private static int create(Session session, String path) throws CliExit {
    ControllerActions.requireCount(session, 2, 2, CREATE);
    Map<String, @Nullable Object> body = new TreeMap<>();
    Map<String, String> options = session.invocation().options();
    if (options.containsKey("--uses")) {
      body.put("maxUses", number(options, "--uses", MAX_USES));
    }
    if (options.containsKey("--days")) {
      body.put("expiresInS", DAY_S * number(options, "--days", MAX_DAYS));
    }
    if (options.containsKey("--name")) {
      body.put("name", options.get("--name"));
    }
    LocalApi.Answer answer = session.api().post(path, Json.write(body));
    JsonObject token = ControllerActions.require(session, answer);
    if (session.json()) {
      return session.print(session.parse(answer, null));
    }
    session
        .out()
        .print(
            "200 controller token create OK\nUntil "
                + ControllerTables.time(token.number("expiresMs", 0))
                + ", for "
                + token.number("maxUses", 0)
                + (token.number("maxUses", 0) == 1 ? " member" : " members")
                + "; it is shown this once:\n  "
                + token.text("token", "")
                + "\nOn a node:\n  echo "
                + token.text("token", "")
                + " | sudo zerotier-cli join "
                + session.invocation().word(3)
                + " --token -\n"
                + install(token.object("install")));
    return 0;
  }

  /** Returns the line that installs and joins, or why there is none. */
  private static String install(JsonObject install) {
    String line = install.text("line", "");
    String problem =
        switch (install.text("problem", "")) {
          case "" -> "";
          case "lifetime" -> "the token is valid for more than a day; make one with --days=1";
          case "https" -> "the web API has no TLS; zerotier-cli web enable --self-signed";
          case "listener" ->
              "the web API is off; zerotier-cli web enable --listen <ADDR:PORT> --self-signed";
          case "loopback" ->
              "other hosts do not reach this address; zerotier-cli web enable --listen"
                  + " <ADDR:PORT> --self-signed, or replace it by one of this host";
          case "package" -> "the directory packages.d of the home has no package of this version";
          default -> "the controller cannot serve it: " + install.text("problem", "");
        };
    String shown =
        (line.isEmpty() ? "" : "  " + line + "\n")
            + (problem.isEmpty() ? "" : "  (" + problem + ")\n");
    return shown.isEmpty() ? "" : "On a Linux host without Backhaul:\n" + shown;
  }

  private static long number(Map<String, String> options, String name, long max) throws CliExit {
    String digits = String.valueOf(options.get(name));
    long number = digits.matches("[0-9]{1,6}") ? Long.parseLong(digits) : 0;
    if (number < 1 || number > max) {
      throw ControllerActions.usage(
          CREATE, name + ": expected a number from 1 to " + max + ", found " + Text.quoted(digits));
    }
    return number;
  }

  private static int list(Session session, String path) throws CliExit {
    ControllerActions.requireCount(session, 2, 2, LIST);
    LocalApi.Answer answer = session.api().get(path);
    JsonObject found = ControllerActions.require(session, answer);
    if (session.json()) {
      return session.print(session.parse(answer, null));
    }
    List<List<String>> rows =
        ControllerTables.table("<id>", "<uses>", "<expires>", "<usable>", "<name>");
    for (JsonObject token : found.objects("tokens")) {
      rows.add(
          List.of(
              Long.toString(token.number("id", 0)),
              token.number("uses", 0) + "/" + token.number("maxUses", 0),
              ControllerTables.time(token.number("expiresMs", 0)),
              token.flag("usable") ? "YES" : "NO",
              token.text("name", "")));
    }
    ControllerTables.print(session, rows);
    return 0;
  }

  private static int revoke(Session session, String path) throws CliExit {
    ControllerActions.requireCount(session, 3, 3, REVOKE);
    String id = session.invocation().word(4);
    if (!id.matches("[0-9]{1,15}")) {
      throw ControllerActions.usage(REVOKE, "expected the id of a token, found " + Text.quoted(id));
    }
    LocalApi.Answer answer = session.api().delete(path + "/" + id);
    ControllerActions.require(session, answer);
    return session.confirm("controller token revoke", answer, null);
  }
}
