// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.json.Json;

/** Moons: {@code listmoons}, {@code orbit} and {@code deorbit}. */
final class MoonCommands {
  private MoonCommands() {}

  static int list(Session session) throws CliExit {
    return session.print(session.fetch("/moon"));
  }

  /** Joins a moon; without two numbers nothing is done, which scripts rely on. */
  static int orbit(Session session) throws CliExit {
    String world = session.invocation().first();
    String seed = session.invocation().second();
    if (!Text.beginsWithNonzeroHex(world) || !Text.beginsWithNonzeroHex(seed)) {
      return 0;
    }
    session.require(session.api().post("/moon/" + world, "{\"seed\":" + Json.write(seed) + "}"));
    session.out().print("200 orbit OK\n");
    return 0;
  }

  static int deorbit(Session session) throws CliExit {
    return session.confirm(
        "deorbit", session.api().delete("/moon/" + session.invocation().first()));
  }
}
