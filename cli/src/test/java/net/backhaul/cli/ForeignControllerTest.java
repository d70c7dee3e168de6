// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.RecordedDaemon.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rules set} with a controller that keeps no sources, as that of ZeroTier One. */
class ForeignControllerTest {
  private static final String NETWORK = "/controller/network/e4ce736644000001";
  private static final String ACCEPT =
      "{\"rules\":[{\"type\":\"ACTION_ACCEPT\"}],\"rulesSource\":\"\"}";
  private static final String DROP =
      "{\"rules\":[{\"type\":\"ACTION_DROP\"}],\"rulesSource\":\"\"}";

  @TempDir private Path directory;

  private CapturedTerminal set(String answer) throws IOException {
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);
    Files.writeString(directory.resolve("a.rules"), "drop;");
    try (var daemon = new RecordedDaemon()) {
      daemon.expect(new Exchange("GET " + NETWORK, null, 200, ACCEPT));
      daemon.expect(
          new Exchange("GET /unstable" + NETWORK + "/member", null, 200, "{\"data\":[]}"));
      daemon.expect(new Exchange("GET /status", null, 200, "{\"address\":\"e4ce736644\"}"));
      daemon.expect(new Exchange("GET /peer", null, 200, "[]"));
      daemon.expect(
          new Exchange(
              "POST " + NETWORK,
              "{\"capabilities\":[],\"rules\":[{\"type\":\"ACTION_DROP\"}],"
                  + "\"rulesSource\":\"drop;\",\"tags\":[]}",
              200,
              answer));
      String[] words = {
        "-p" + daemon.port(),
        "-T" + RecordedDaemon.TOKEN,
        "controller",
        "network",
        "e4ce736644000001",
        "rules",
        "set",
        "a.rules"
      };
      int code = Cli.run(words, terminal.terminal());
      assertEquals(List.of(), daemon.differences());
      assertEquals(answer.equals(DROP) ? 0 : 1, code);
    }
    return terminal;
  }

  @Test
  void reportsThatTheSourceIsNotKept() throws IOException {
    CapturedTerminal terminal = set(DROP);

    assertEquals("200 rules set OK\n", terminal.out());
    assertTrue(terminal.err().contains("keeps no source"), terminal.err());
  }

  @Test
  void reportsThatOtherRulesWereStored() throws IOException {
    CapturedTerminal terminal = set(ACCEPT);

    assertEquals("", terminal.out());
    assertTrue(terminal.err().contains("has stored other rules than these"), terminal.err());
  }
}
