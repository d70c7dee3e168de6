// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import net.backhaul.protocol.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Output for people that scripts do not see, and the versions. */
class TerminalTest {
  private static CapturedTerminal terminal(boolean outIsTerminal) {
    return new CapturedTerminal(
        "zerotier-cli", Map.of(), Path.of(""), new CapturedTerminal.TestHost(0, outIsTerminal));
  }

  @ParameterizedTest
  @CsvSource({
    "/status, GET /status",
    "set 8056c2e21c000001 allowDNS=1, POST /network/8056c2e21c000001",
    "-j leave 8056c2e21c000001, DELETE /network/8056c2e21c000001"
  })
  void endsAnAnswerWithANewlineOnlyOnATerminal(String args, String request) throws Exception {
    assertEquals("{}", run(args, request, "{}", false));
    assertEquals("{}\n", run(args, request, "{}", true));
    assertEquals("{}\n", run(args, request, "{}\n", true));
    assertEquals("", run(args, request, "", true));
  }

  private static String run(String args, String request, String answer, boolean outIsTerminal)
      throws Exception {
    try (var daemon = new RecordedDaemon()) {
      daemon.expect(
          new RecordedDaemon.Exchange(
              request, request.startsWith("POST") ? "{\"allowDNS\":true}" : null, 200, answer));
      var terminal = terminal(outIsTerminal);
      String switches = "-p" + daemon.port() + " -T" + RecordedDaemon.TOKEN + " ";

      assertEquals(0, Cli.run((switches + args).split(" "), terminal.terminal()));
      assertEquals("", terminal.err());
      return terminal.out();
    }
  }

  @Test
  void endsAnIdentityWithANewlineOnlyOnATerminal() {
    var pipe = terminal(false);
    var terminal = terminal(true);

    Idtool.run(new String[] {"generate"}, pipe.terminal());
    Idtool.run(new String[] {"generate"}, terminal.terminal());

    assertTrue(pipe.out().matches("[0-9a-f]+:0:[0-9a-f]+:[0-9a-f]+"), pipe.out());
    assertTrue(terminal.out().matches("[0-9a-f]+:0:[0-9a-f]+:[0-9a-f]+\n"), terminal.out());
  }

  @Test
  void printsItsVersionWithoutADaemon() {
    String expected =
        "Backhaul version " + Version.backhaul() + ", compatible with ZeroTier One 1.14.1\n";
    var client = terminal(false);
    var tool = terminal(false);

    assertEquals(0, Cli.run(new String[] {"version"}, client.terminal()));
    assertEquals(expected, client.out());
    assertEquals(0, Idtool.run(new String[] {"version"}, tool.terminal()));
    assertEquals(expected, tool.out());
    assertTrue(Help.cli().startsWith(expected.strip()), Help.cli());
    assertTrue(Help.idtool().startsWith(expected), Help.idtool());
  }

  /** Scripts parse it, so the version of Backhaul is not in it. */
  @Test
  void printsTheVersionOfTheReferenceForTheSwitch() {
    var terminal = terminal(true);

    assertEquals(0, Cli.run(new String[] {"-v"}, terminal.terminal()));
    assertEquals("1.14.1\n", terminal.out());
  }
}
