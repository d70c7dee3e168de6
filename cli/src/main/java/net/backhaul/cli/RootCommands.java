// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/** The command {@code root}: a planet of this node's own, and its roots. */
final class RootCommands {
  static final String INIT = "root init --endpoint=<ip/port>[,<ip/port>]";
  static final String ADD = "root add <identity> --endpoint=<ip/port>[,<ip/port>]";
  static final String REMOVE = "root remove <address>";
  static final String SHOW = "root show";

  private static final String ENDPOINTS = "stableEndpoints";
  private static final int USAGE = 2;
  private static final int INIT_WORDS = 2;
  private static final int ROOT_WORDS = 3;

  private RootCommands() {}

  static int run(Session session) throws CliExit {
    return switch (session.invocation().first()) {
      case "init" -> init(session);
      case "add" -> add(session);
      case "remove" -> remove(session);
      case "show" -> show(session);
      default ->
          throw usage(
              "expected init, add, remove or show, found "
                  + (session.invocation().first().isEmpty()
                      ? "nothing"
                      : Text.quoted(session.invocation().first())));
    };
  }

  private static int init(Session session) throws CliExit {
    requireCount(session, INIT_WORDS, "init: expected --endpoint and no further words");
    return changed(
        session, session.api().post(PlanetCommands.PATH + "/init", Json.write(endpoints(session))));
  }

  private static int add(Session session) throws CliExit {
    requireCount(session, ROOT_WORDS, "add: expected the identity of one root, or its file");
    Map<String, @Nullable Object> body = endpoints(session);
    String root = session.invocation().word(2);
    if (!isAddress(root)) {
      root = identity(session, root, body);
    }
    return changed(session, session.api().post(path(root), Json.write(body)));
  }

  /** Puts the identity that a word is or names into a request; returns its address. */
  private static String identity(Session session, String word, Map<String, @Nullable Object> body)
      throws CliExit {
    String expected =
        "add: expected the identity of a root, the name of its file identity.public, or the address"
            + " of a root that has other endpoints now; found "
            + Text.quoted(word);
    String file = "";
    try {
      Path path = session.terminal().directory().resolve(word);
      file = Files.isRegularFile(path) ? word : "";
    } catch (InvalidPathException e) {
      // The word is no name of a file.
    }
    if (file.isEmpty() && !word.contains(":")) {
      throw usage(expected + ", and there is no such file");
    }
    var identity = IdentityCommands.identity(word, session.terminal());
    if (identity.isEmpty()) {
      throw usage(expected);
    }
    body.put("identity", identity.get().publicText());
    return Addresses.text(identity.get().address());
  }

  private static int remove(Session session) throws CliExit {
    requireCount(session, ROOT_WORDS, "remove: expected the address of one root");
    String root = session.invocation().word(2);
    if (!isAddress(root)) {
      throw usage("remove: expected an address of 10 hexadecimal digits, found " + root);
    }
    return changed(session, session.api().delete(path(root)));
  }

  private static int show(Session session) throws CliExit {
    requireCount(session, INIT_WORDS, "show: expected no further words");
    LocalApi.Answer answer = session.api().get(PlanetCommands.PATH);
    JsonObject planet = session.requireObject(answer);
    if (session.json()) {
      return session.show(answer, null);
    }
    print(session, planet);
    return 0;
  }

  private static int changed(Session session, LocalApi.Answer given) throws CliExit {
    LocalApi.Answer answer = given.isOk() ? given : inTermsOfTheCommand(given);
    JsonObject planet = session.requireObject(answer);
    int code = session.confirm("root " + session.invocation().first(), answer, null);
    if (!session.json()) {
      print(session, planet);
    }
    for (String warning : planet.texts("warnings")) {
      session.terminal().hint(Text.printable(warning));
    }
    return code;
  }

  /** The daemon names the field of its API that has what the option gives. */
  private static LocalApi.Answer inTermsOfTheCommand(LocalApi.Answer answer) {
    return new LocalApi.Answer(
        answer.status(), answer.body().replace(ENDPOINTS + ':', "--endpoint:"));
  }

  /** Prints the roots, and the command by which other hosts use them. */
  static void print(Session session, JsonObject planet) {
    var out = session.out();
    out.print(
        "planet "
            + planet.text("id", "-")
            + (planet.flag("default") ? ", the public one of ZeroTier" : "")
            + ", of "
            + Instant.ofEpochMilli(planet.number("timestamp", 0)).truncatedTo(ChronoUnit.SECONDS)
            + (planet.flag("signedByThisNode") ? ", signed by this node\n" : "\n"));
    for (JsonObject root : planet.objects("roots")) {
      out.print(
          "root "
              + root.text("address", "-")
              + "  "
              + String.join(",", root.texts(ENDPOINTS))
              + (root.flag("thisNode") ? "  (this node)\n" : "\n"));
    }
    if (planet.flag("signedByThisNode")) {
      out.print("Hosts that do not use this planet yet:\n  zerotier-cli planet use ");
      out.print(Text.printable(planet.text("planet", "")) + "\n");
    }
  }

  private static Map<String, @Nullable Object> endpoints(Session session) throws CliExit {
    String endpoints = session.invocation().options().get("--endpoint");
    if (endpoints == null) {
      throw usage(
          session.invocation().first()
              + ": expected --endpoint and the addresses at which other hosts reach that root, such"
              + " as --endpoint 192.0.2.1/9993");
    }
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put(ENDPOINTS, List.of(endpoints.split(",", -1)));
    return body;
  }

  private static boolean isAddress(String word) {
    return word.matches("[0-9a-fA-F]{" + Addresses.DIGITS + "}");
  }

  private static String path(String root) {
    return PlanetCommands.PATH + "/root/" + root;
  }

  private static void requireCount(Session session, int count, String wrong) throws CliExit {
    if (session.invocation().words().size() != count) {
      throw usage(wrong);
    }
  }

  private static CliExit usage(String wrong) {
    return CliExit.err("", USAGE)
        .withHint("root: " + wrong + "; use: " + String.join(", or ", INIT, ADD, REMOVE, SHOW));
  }
}
