// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.PrintStream;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** The exchange of one command with the daemon: requests, checks and prints answers. */
record Session(Invocation invocation, ApiAccess access, LocalApi api, Terminal terminal) {
  private static final int FAILED = 1;
  private static final int UNAUTHORIZED = 401;

  /** The indentation of JSON for people, as in the reference. */
  private static final int INDENTATION = 1;

  /** Finds the daemon of a command. */
  static Session open(Invocation invocation, Terminal terminal) throws CliExit {
    ApiAccess access = ApiAccess.find(invocation, terminal);
    return new Session(invocation, access, new LocalApi(access), terminal);
  }

  String command() {
    return invocation.command();
  }

  boolean json() {
    return invocation.json();
  }

  PrintStream out() {
    return terminal.out();
  }

  PrintStream err() {
    return terminal.err();
  }

  /** Fetches the JSON of a command that lists something; failures end the command. */
  @Nullable Object fetch(String path) throws CliExit {
    return fetch(path, null);
  }

  /**
   * Fetches JSON.
   *
   * @param failureHint what may be wrong with the arguments if the daemon rejects the request
   */
  @Nullable Object fetch(String path, @Nullable String failureHint) throws CliExit {
    LocalApi.Answer answer = api.get(path);
    Object value = parse(answer, failureHint);
    require(answer, failureHint);
    return value;
  }

  /** Parses the JSON of an answer, whatever its status. */
  @Nullable Object parse(LocalApi.Answer answer, @Nullable String failureHint) throws CliExit {
    if (answer.failed()) {
      throw unreachable(answer);
    }
    try {
      return Json.parse(answer.body());
    } catch (InvalidJsonException e) {
      throw CliExit.out(
              answer.status()
                  + " "
                  + command()
                  + " invalid JSON response ("
                  + e.getMessage()
                  + ")\n",
              FAILED)
          .withHint(hint(answer, failureHint));
    }
  }

  /**
   * Returns the end of a command whose request failed. The recorded text always names port 9993;
   * the hint names the real one.
   */
  CliExit unreachable(LocalApi.Answer answer) {
    return CliExit.out(
            "Error connecting to the ZeroTier service: "
                + answer.body()
                + "\n\nPlease check that the service is running and that TCP port 9993 can be"
                + " contacted via 127.0.0.1.\n",
            FAILED)
        .withHint(hint(answer, null));
  }

  /** Ends the command unless the daemon has executed the request. */
  void require(LocalApi.Answer answer, @Nullable String failureHint) throws CliExit {
    if (!answer.isOk()) {
      throw CliExit.out(answer.status() + " " + command() + " " + answer.body() + "\n", FAILED)
          .withHint(hint(answer, failureHint));
    }
  }

  /** Returns the object of an answer; the daemon's description of a failure is the hint. */
  JsonObject requireObject(LocalApi.Answer answer) throws CliExit {
    if (answer.failed()) {
      throw unreachable(answer);
    }
    JsonObject object = JsonObject.of(Json.parseLeniently(answer.body()));
    require(
        answer,
        object.text("description", "the daemon has no such command: it is of another version"));
    return object;
  }

  /** Returns why a request failed: a hint for the connection or the token goes first. */
  @Nullable String hint(LocalApi.Answer answer, @Nullable String failureHint) {
    if (answer.failed()) {
      return api.connectionHint(answer);
    }
    return answer.status() == UNAUTHORIZED ? access.rejectedTokenHint() : failureHint;
  }

  /** Prints a body as it was received. */
  int show(LocalApi.Answer answer, @Nullable String failureHint) throws CliExit {
    require(answer, failureHint);
    terminal.printAsIs(answer.body());
    return 0;
  }

  /** Confirms an action, in one line or with the body as it was received. */
  int confirm(String action, LocalApi.Answer answer, @Nullable String failureHint) throws CliExit {
    if (json()) {
      return show(answer, failureHint);
    }
    require(answer, failureHint);
    out().print("200 " + action + " OK\n");
    return 0;
  }

  /** Prints a value as indented JSON. */
  int print(@Nullable Object json) {
    out().print(Json.writeIndented(json, INDENTATION));
    out().print('\n');
    return 0;
  }
}
