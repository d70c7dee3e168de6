// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** The command {@code web}: the web API of the controller in the daemon. */
final class WebCommands {
  static final String ENABLE =
      "web enable [--listen <address:port>] [--tls <certificate> <key> | --self-signed] [--url"
          + " <url>]";
  static final String DISABLE = "web disable";
  static final String STATUS = "web status";
  static final String RESET = "web reset <user>";

  private static final String PATH = "/web";
  private static final int USAGE = 2;

  private WebCommands() {}

  static int run(Session session) throws CliExit {
    Invocation words = session.invocation();
    return switch (words.first()) {
      case "enable" -> enable(session);
      case "disable" -> {
        requireCount(words, 2);
        yield disable(session);
      }
      case "status" -> {
        requireCount(words, 2);
        yield status(session);
      }
      case "reset" -> {
        requireCount(words, 3);
        yield reset(session);
      }
      default ->
          throw usage(
              "expected enable, disable, status or reset, found "
                  + (words.first().isEmpty() ? "nothing" : Text.quoted(words.first())));
    };
  }

  private static void requireCount(Invocation words, int count) throws CliExit {
    if (words.words().size() != count) {
      throw usage(
          words.first()
              + ": expected "
              + (count == 3 ? "the name of one user" : "no further words"));
    }
  }

  private static int enable(Session session) throws CliExit {
    Invocation words = session.invocation();
    Map<String, @Nullable Object> body = new HashMap<>();
    String certificate = words.options().get("--tls");
    boolean selfSigned = words.options().containsKey("--self-signed");
    if (words.words().size() != (certificate == null ? 2 : 3)) {
      throw usage("--tls: expected the file of a certificate and the file of its key");
    }
    if (certificate != null && selfSigned) {
      throw usage("expected either --tls or --self-signed, found both");
    }
    if (certificate != null) {
      body.put("certificate", Path.of(certificate).toAbsolutePath().toString());
      body.put("key", Path.of(words.word(2)).toAbsolutePath().toString());
    }
    body.put("tls", certificate != null ? "files" : selfSigned ? "self-signed" : "none");
    putIfPresent(body, "listen", words.options().get("--listen"));
    putIfPresent(body, "url", words.options().get("--url"));
    LocalApi.Answer answer = session.api().post(PATH, Json.write(body));
    JsonObject state = session.requireObject(answer);
    if (session.json()) {
      return session.show(answer, null);
    }
    session.out().print("200 web enable OK\n");
    printListener(session, state);
    String link = state.text("setupLink", "");
    if (!link.isEmpty()) {
      session
          .out()
          .print(
              "Within 24 hours, create the first administrator by this link, which works once:\n  "
                  + link
                  + "\n");
    }
    return 0;
  }

  private static void putIfPresent(
      Map<String, @Nullable Object> body, String name, @Nullable String value) {
    if (value != null) {
      body.put(name, value);
    }
  }

  private static void printListener(Session session, JsonObject state) {
    session.out().print("The web API listens at " + state.text("url", "") + "\n");
    String fingerprint = state.text("fingerprint", "");
    if (!fingerprint.isEmpty()) {
      session.out().print("Fingerprint of its certificate (SHA-256): " + fingerprint + "\n");
    }
  }

  private static int disable(Session session) throws CliExit {
    LocalApi.Answer answer = session.api().delete(PATH);
    session.requireObject(answer);
    return session.confirm("web disable", answer, null);
  }

  private static int status(Session session) throws CliExit {
    LocalApi.Answer answer = session.api().get(PATH);
    JsonObject state = session.requireObject(answer);
    if (session.json()) {
      return session.show(answer, null);
    }
    if (state.flag("listening")) {
      printListener(session, state);
      return 0;
    }
    String error = state.text("error", "");
    session
        .out()
        .print(
            error.isEmpty()
                ? "The web API is off; zerotier-cli web enable starts it\n"
                : "The web API is on, but does not listen: " + error + "\n");
    return 0;
  }

  private static int reset(Session session) throws CliExit {
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put("user", session.invocation().word(2));
    LocalApi.Answer answer = session.api().post(PATH + "/link", Json.write(body));
    JsonObject state = session.requireObject(answer);
    if (session.json()) {
      return session.show(answer, null);
    }
    session
        .out()
        .print(
            "200 web reset OK\nWithin 24 hours, set another password by this link, which works"
                + " once:\n  "
                + state.text("setupLink", "")
                + "\n");
    return 0;
  }

  private static CliExit usage(String wrong) {
    return CliExit.err("", USAGE)
        .withHint(
            "web: " + wrong + "; use: " + String.join(", or ", ENABLE, DISABLE, STATUS, RESET));
  }
}
