// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Moons: {@code listmoons}, {@code orbit} and {@code deorbit}. */
final class MoonCommands {
  private MoonCommands() {}

  static int list(Session session) throws CliExit {
    return session.print(session.fetch("/moon"));
  }

  /** Joins a moon. Without two numbers it does nothing and succeeds, as scripts rely on. */
  static int orbit(Session session) throws CliExit {
    String world = session.invocation().first();
    String seed = session.invocation().second();
    String error = HexIds.worldIdError(world);
    if (!Text.beginsWithNonzeroHex(world) || !Text.beginsWithNonzeroHex(seed)) {
      session.terminal().hint(nothingDone(seed, error));
      return 0;
    }
    session.require(
        session.api().post("/moon/" + world, "{\"seed\":" + Json.write(seed) + "}"), error);
    session.out().print("200 orbit OK\n");
    return 0;
  }

  private static String nothingDone(String seed, @Nullable String worldError) {
    String seedError = HexIds.addressError(seed);
    String error =
        worldError != null
            ? worldError
            : seedError != null
                ? seedError + ", for the seed, a root of the moon"
                : "a world ID and a seed are not 0";
    return "orbit did nothing: " + error;
  }

  static int deorbit(Session session) throws CliExit {
    String world = session.invocation().first();
    return session.confirm(
        "deorbit", session.api().delete("/moon/" + world), HexIds.worldIdError(world));
  }
}
