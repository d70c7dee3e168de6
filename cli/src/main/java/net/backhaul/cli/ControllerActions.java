// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Networks and members of this node's controller, as the web API has them. */
final class ControllerActions {
  static final String PATH = "/backhaul/v1";

  static final String LIST = "controller list";
  static final String SHOW = "controller show <network ID>";
  static final String CREATE = "controller create [<name>]";
  static final String SET = "controller set <network ID> <setting>=<value>";
  static final String MEMBERS = "controller members <network ID> [<search>]";
  static final String AUTHORIZE = "controller authorize <network ID> <address> [<name>]";
  static final String DEAUTHORIZE = "controller deauthorize <network ID> <address>";
  static final String BLOCK = "controller block <network ID> <address>";
  static final String UNBLOCK = "controller unblock <network ID> <address>";
  static final String NAME = "controller name <network ID> <address> <name>";
  static final String DELETE = "controller delete <network ID> [<address>]";

  private static final int PAGE = 1_000;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int ADDRESS_DIGITS = 10;

  private ControllerActions() {}

  static CliExit usage(String use, String wrong) {
    return CliExit.err("", USAGE).withHint("controller: " + wrong + "; use: " + use);
  }

  /** Returns the path of the network that the words name. */
  static String network(Session session, String use) throws CliExit {
    String id = session.invocation().word(2);
    String error = HexIds.networkIdError(id);
    if (error != null) {
      throw usage(use, error);
    }
    return PATH + "/networks/" + id;
  }

  /** Returns the address that the words name. */
  static String address(Session session, String use) throws CliExit {
    String address = session.invocation().word(3);
    if (address.length() != ADDRESS_DIGITS
        || !address.chars().allMatch(each -> Character.digit(each, 16) >= 0)) {
      throw usage(
          use, "expected an address of 10 hexadecimal digits, found " + Text.quoted(address));
    }
    return address;
  }

  private static String member(Session session, String use) throws CliExit {
    return network(session, use) + "/members/" + address(session, use);
  }

  static void requireCount(Session session, int least, int most, String use) throws CliExit {
    int count = session.invocation().words().size() - 2;
    if (count < least || count > most) {
      throw usage(use, "found " + count + " words");
    }
  }

  /** Returns the object of an answer; ends the command with the controller's reason otherwise. */
  static JsonObject require(Session session, LocalApi.Answer answer) throws CliExit {
    if (answer.failed()) {
      throw session.unreachable(answer);
    }
    JsonObject object = JsonObject.of(Json.parseLeniently(answer.body()));
    if (!answer.isOk()) {
      String detail = object.text("detail", "");
      throw CliExit.err("", FAILED)
          .withHint(
              "controller: "
                  + (detail.isEmpty()
                      ? session.hint(answer, "the daemon is of another version")
                      : detail));
    }
    return object;
  }

  static int done(Session session, LocalApi.Answer answer, String what) throws CliExit {
    require(session, answer);
    return session.json()
        ? session.show(answer, null)
        : print(session, "200 controller " + what + " OK\n");
  }

  private static int print(Session session, String text) {
    session.out().print(text);
    return 0;
  }

  static int list(Session session) throws CliExit {
    requireCount(session, 0, 0, LIST);
    LocalApi.Answer answer = session.api().get(PATH + "/networks");
    JsonObject found = require(session, answer);
    if (session.json()) {
      return session.print(session.parse(answer, null));
    }
    List<List<String>> rows =
        ControllerTables.table(
            "<nwid>", "<type>", "<members>", "<authorized>", "<routes>", "<name>");
    for (JsonObject network : found.objects("networks")) {
      rows.add(
          List.of(
              network.text("id", ""),
              network.flag("private") ? "PRIVATE" : "PUBLIC",
              Long.toString(network.number("memberCount", 0)),
              Long.toString(network.number("authorizedCount", 0)),
              String.join(
                  ",",
                  network.objects("routes").stream().map(each -> each.text("target", "")).toList()),
              network.text("name", "")));
    }
    ControllerTables.print(session, rows);
    return 0;
  }

  static int show(Session session) throws CliExit {
    requireCount(session, 1, 1, SHOW);
    LocalApi.Answer answer = session.api().get(network(session, SHOW));
    require(session, answer);
    return session.print(session.parse(answer, null));
  }

  /** Creates a private network with a free subnet. */
  static int create(Session session) throws CliExit {
    requireCount(session, 0, 1, CREATE);
    Map<String, Object> body = new TreeMap<>();
    if (!session.invocation().word(2).isEmpty()) {
      body.put("name", session.invocation().word(2));
    }
    LocalApi.Answer answer = session.api().post(PATH + "/networks", Json.write(body));
    JsonObject created = require(session, answer);
    if (session.json()) {
      return session.print(session.parse(answer, null));
    }
    List<String> routes =
        created.objects("routes").stream().map(each -> each.text("target", "")).toList();
    return print(
        session,
        "200 controller create "
            + created.text("id", "")
            + " "
            + String.join(",", routes)
            + "\nOn each member: zerotier-cli join "
            + created.text("id", "")
            + "\n");
  }

  static int set(Session session) throws CliExit {
    requireCount(session, 2, 2, SET);
    String path = network(session, SET);
    String word = session.invocation().word(3);
    int equals = word.indexOf('=');
    if (equals <= 0) {
      throw usage(SET, "expected <setting>=<value>, found " + Text.quoted(word));
    }
    Map<String, @Nullable Object> body = new TreeMap<>();
    body.put(word.substring(0, equals), value(word.substring(equals + 1)));
    return done(session, session.api().post(path, Json.write(body)), "set");
  }

  /** Returns JSON where the word is some, but for texts without quotes. */
  private static @Nullable Object value(String word) {
    boolean isJson =
        word.equals("true")
            || word.equals("false")
            || word.matches("-?[0-9]{1,15}")
            || word.startsWith("[")
            || word.startsWith("{")
            || word.startsWith("\"");
    try {
      return isJson ? Json.parse(word) : word;
    } catch (InvalidJsonException e) {
      return word;
    }
  }

  static int members(Session session) throws CliExit {
    requireCount(session, 1, 2, MEMBERS);
    List<JsonObject> all = members(session, session.invocation().word(3));
    if (session.json()) {
      return session.print(all.stream().map(JsonObject::members).toList());
    }
    List<List<String>> rows = ControllerTables.table(ControllerTables.MEMBERS);
    all.forEach(each -> rows.add(ControllerTables.row(each)));
    ControllerTables.print(session, rows);
    return 0;
  }

  /** Returns the members that a search finds, waiting ones first. */
  static List<JsonObject> members(Session session, String search) throws CliExit {
    String path = network(session, MEMBERS) + "/members?limit=" + PAGE + "&q=" + encoded(search);
    var all = new ArrayList<JsonObject>();
    long matching;
    do {
      JsonObject page = require(session, session.api().get(path + "&offset=" + all.size()));
      List<JsonObject> part = page.objects("members");
      matching = part.isEmpty() ? 0 : page.number("matching", 0);
      all.addAll(part);
    } while (all.size() < matching);
    return all;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Authorizes a member, also one that has not asked yet, and names it if a name follows. */
  static int authorize(Session session) throws CliExit {
    requireCount(session, 2, 3, AUTHORIZE);
    String path = member(session, AUTHORIZE);
    Map<String, @Nullable Object> body = new TreeMap<>();
    body.put("authorized", true);
    if (!session.invocation().word(4).isEmpty()) {
      body.put("name", session.invocation().word(4));
    }
    LocalApi.Answer known = session.api().get(path);
    if (known.status() != 404) {
      require(session, known);
      return authorized(session, session.api().post(path, Json.write(body)));
    }
    body.put("id", session.invocation().word(3));
    return authorized(
        session, session.api().post(network(session, AUTHORIZE) + "/members", Json.write(body)));
  }

  private static int authorized(Session session, LocalApi.Answer answer) throws CliExit {
    JsonObject member = require(session, answer);
    if (!member.flag("authorized")) {
      throw CliExit.err("", FAILED)
          .withHint("controller: the address is blocked; zerotier-cli " + UNBLOCK);
    }
    return done(session, answer, "authorize");
  }

  static int deauthorize(Session session) throws CliExit {
    requireCount(session, 2, 2, DEAUTHORIZE);
    String path = member(session, DEAUTHORIZE);
    return done(session, session.api().post(path, "{\"authorized\":false}"), "deauthorize");
  }

  static int block(Session session) throws CliExit {
    requireCount(session, 2, 2, BLOCK);
    return done(session, session.api().post(member(session, BLOCK) + "/block", "{}"), "block");
  }

  static int unblock(Session session) throws CliExit {
    requireCount(session, 2, 2, UNBLOCK);
    String path = member(session, UNBLOCK) + "/unblock";
    return done(session, session.api().post(path, "{}"), "unblock");
  }

  static int name(Session session) throws CliExit {
    requireCount(session, 3, 3, NAME);
    String body = Json.write(Map.of("name", session.invocation().word(4)));
    return done(session, session.api().post(member(session, NAME), body), "name");
  }

  static int delete(Session session) throws CliExit {
    requireCount(session, 1, 2, DELETE);
    boolean isMember = session.invocation().words().size() == 4;
    String path = isMember ? member(session, DELETE) : network(session, DELETE);
    return done(session, session.api().delete(path), "delete");
  }
}
