// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the last backup of the database ended. It is a file of the home, because backups are also
 * made by processes of their own, while no daemon runs, too.
 *
 * @param wallMs when it ended; 0 if there was none
 * @param problem why it failed; empty if it did not
 */
public record LastBackup(long wallMs, String problem) {
  /** The name of the file. */
  public static final String FILE = "backup.last";

  public static final LastBackup NONE = new LastBackup(0, "");

  static final int MAX_PROBLEM_CHARS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(LastBackup.class);

  /** Returns what the file of a home says; nothing where it is missing or damaged. */
  public static LastBackup read(HomeDirectory home) {
    try {
      Map<String, @Nullable Object> json =
          Json.asObject(Json.parse(home.readText(FILE).orElse("{}")));
      return new LastBackup(
          Lenient.integer(json.get("atMs"), 0), Lenient.string(json.get("problem"), ""));
    } catch (IllegalArgumentException e) {
      log.debug("{} is damaged: {}", home.file(FILE), e.toString());
      return NONE;
    }
  }

  /** Writes the file; a failure is logged, since the backup itself is what matters. */
  public void write(HomeDirectory home) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("atMs", wallMs);
    json.put("problem", problem.substring(0, Math.min(problem.length(), MAX_PROBLEM_CHARS)));
    try {
      home.writeSecret(FILE, Json.write(json).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      log.warn(
          "cannot write {}, so how the backup ended is not reported: {}",
          home.file(FILE),
          FileProblem.describe(home.file(FILE), e));
    }
  }
}
