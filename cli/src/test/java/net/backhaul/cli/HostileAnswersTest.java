// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client handles any answer of the daemon, and ends with output and an exit code. */
class HostileAnswersTest {
  private static final int SEEDS = 1_500;

  /** Commands that parse JSON. */
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("info"),
          List.of("listpeers"),
          List.of("peers"),
          List.of("listnetworks"),
          List.of("listmoons"),
          List.of("listbonds"),
          List.of("bond", "91a99f0719", "show"),
          List.of("get", "8056c2e21c000001", "ip6plane"),
          List.of("get", "8056c2e21c000001", "mtu"),
          List.of("-j", "listnetworks"));

  private static final String[] VALUES = {
    "null", "true", "-1", "1e999", "99999999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[null]"
  };

  @TempDir Path directory;

  @Test
  void survivesMutatedAnswers() throws Exception {
    List<String> answers = recordedAnswers();
    try (var daemon = new RecordedDaemon()) {
      for (long seed = 0; seed < SEEDS; seed++) {
        var random = new Random(seed);
        String answer = mutated(answers.get(random.nextInt(answers.size())), random);
        List<String> command = COMMANDS.get(random.nextInt(COMMANDS.size()));
        daemon.expect(new RecordedDaemon.Exchange("any", null, 200, answer));
        var args = new ArrayList<>(command);
        args.add("-p" + daemon.port());
        args.add("-T" + RecordedDaemon.TOKEN);
        var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);

        int code;
        try {
          code = Cli.run(args.toArray(String[]::new), terminal.terminal());
        } catch (RuntimeException e) {
          throw new AssertionError("seed " + seed + ", " + command + ": " + answer, e);
        }

        assertTrue(code == 0 || code == 1, "seed " + seed + ": exit code " + code);
        assertTrue(
            !terminal.out().isEmpty() || !terminal.err().isEmpty(), "seed " + seed + ": no output");
      }
    }
  }

  private static List<String> recordedAnswers() {
    var answers = new ArrayList<String>();
    for (JsonNode exchanges : Vectors.file("service/cli-api.json").required("exchanges")) {
      for (JsonNode exchange : exchanges) {
        answers.add(exchange.required("answer").asText());
      }
    }
    return answers;
  }

  /** Replaces values or single characters. */
  private static String mutated(String answer, Random random) {
    var text = new StringBuilder(answer);
    for (int i = random.nextInt(6); i > 0 && !text.isEmpty(); i--) {
      int at = random.nextInt(text.length());
      int colon = text.indexOf(":", at);
      if (colon >= 0 && random.nextInt(4) > 0) {
        int end = colon + 1;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
          end++;
        }
        text.replace(colon + 1, end, VALUES[random.nextInt(VALUES.length)]);
      } else {
        text.setCharAt(at, (char) (' ' + random.nextInt(95)));
      }
    }
    return text.toString();
  }
}
