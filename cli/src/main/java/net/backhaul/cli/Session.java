// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.PrintStream;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** One command on its way to the daemon and back: what was asked, and how answers are told. */
record Session(Invocation invocation, Access access, LocalApi api, Terminal terminal) {
  private static final int FAILED = 1;

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

  /** Fetches the JSON behind a command that lists something; failures end the command. */
  @Nullable Object fetch(String path) throws CliExit {
    LocalApi.Answer answer = api.get(path);
    Object value = parse(answer);
    require(answer);
    return value;
  }

  /** Reads the JSON of an answer, whatever its status. */
  @Nullable Object parse(LocalApi.Answer answer) throws CliExit {
    if (answer.failed()) {
      throw unreachable(answer.body());
    }
    try {
      return Json.parse(answer.body());
    } catch (InvalidJsonException e) {
      throw CliExit.out(
          answer.status() + " " + command() + " invalid JSON response (" + e.getMessage() + ")\n",
          FAILED);
    }
  }

  /** Ends a command that lists something with what to look after; the port is always the same. */
  static CliExit unreachable(String why) {
    return CliExit.out(
        "Error connecting to the ZeroTier service: "
            + why
            + "\n\nPlease check that the service is running and that TCP port 9993 can be contacted"
            + " via 127.0.0.1.\n",
        FAILED);
  }

  /** Ends the command unless the daemon has done what it was asked for. */
  void require(LocalApi.Answer answer) throws CliExit {
    if (!answer.isOk()) {
      throw CliExit.out(answer.status() + " " + command() + " " + answer.body() + "\n", FAILED);
    }
  }

  /** Prints a body as it was received. */
  int show(LocalApi.Answer answer) throws CliExit {
    require(answer);
    out().print(answer.body());
    return 0;
  }

  /** Says that an action is done: in one line, or with the body as it was received. */
  int confirm(String action, LocalApi.Answer answer) throws CliExit {
    if (json()) {
      return show(answer);
    }
    require(answer);
    out().print("200 " + action + " OK\n");
    return 0;
  }

  /** Prints a value as indented JSON. */
  int print(@Nullable Object json) {
    out().print(Json.writeIndented(json, 1));
    out().print('\n');
    return 0;
  }
}
