// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.RecordedDaemon.Exchange;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;

class PingCommandTest {
  private static final String PEER = "e4ce736644";
  private static final String DIRECT =
      "{\"answered\":true,\"rtt\":0.43,\"link\":\"DIRECT\",\"path\":\"10.9.0.2/9993\","
          + "\"relay\":\"\"}";
  private static final String RELAYED =
      "{\"answered\":true,\"rtt\":20.5,\"link\":\"RELAY\",\"path\":\"10.9.0.1/9993\","
          + "\"relay\":\"1122334455\"}";
  private static final String LOST = "{\"answered\":false,\"timeout\":3000}";

  private final CapturedTerminal.TestHost host = new CapturedTerminal.TestHost(0, false);
  private final CapturedTerminal terminal =
      new CapturedTerminal("zerotier-cli", Map.of(), Path.of(""), host);

  private void run(int expected, List<Exchange> exchanges, String... command) throws IOException {
    try (var daemon = new RecordedDaemon()) {
      exchanges.forEach(daemon::expect);
      var words = new ArrayList<>(List.of("-p" + daemon.port(), "-T" + RecordedDaemon.TOKEN));
      words.addAll(List.of(command));
      int code = Cli.run(words.toArray(String[]::new), terminal.terminal());
      assertEquals(List.of(), daemon.differences());
      assertEquals(expected, code, terminal::err);
    }
  }

  private static Exchange echo(int bytes, int status, String answer) {
    return new Exchange("POST /peer/" + PEER + "/ping", "{\"size\":" + bytes + "}", status, answer);
  }

  @Test
  void printsEachRoundTripAndTheSummary() throws IOException {
    List<Exchange> echoes =
        List.of(echo(56, 200, DIRECT), echo(56, 200, LOST), echo(56, 200, RELAYED));
    run(0, echoes, "ping", PEER, "--count=3");
    assertEquals(
        """
        ping e4ce736644: 56 bytes of data
        answer 1: 0.43 ms, direct, 10.9.0.2/9993
        no answer to 2
        answer 3: 20.5 ms, relayed by 1122334455
        3 sent, 2 answered, 33 % lost; round trip min 0.43 ms, avg 10.5 ms, max 20.5 ms
        """,
        terminal.out());
    assertEquals(List.of(1_000L, 1_000L), host.pauses());
  }

  @Test
  void failsWhereNothingCameBack() throws IOException {
    run(1, List.of(echo(1_400, 200, LOST)), "ping", PEER, "--count", "1", "--size", "1400");
    assertTrue(terminal.out().endsWith("1 sent, 0 answered, 100 % lost\n"), terminal.out());
  }

  @Test
  void printsJson() throws IOException {
    run(0, List.of(echo(56, 200, DIRECT), echo(56, 200, LOST)), "-j", "ping", PEER, "--count=2");
    JsonObject out = JsonObject.of(Json.parse(terminal.out()));
    assertEquals(2, out.number("sent", 0));
    assertEquals(50, out.number("lossPercent", 0));
    assertEquals(0.43, out.real("rttMin"));
    assertEquals(2, out.objects("echoes").size());
  }

  @Test
  void printsTheSummaryAtAnInterrupt() throws IOException {
    host.interruptAtPause(2);
    List<Exchange> echoes =
        List.of(echo(56, 200, DIRECT), echo(56, 200, DIRECT), echo(56, 200, LOST));
    run(0, echoes, "ping", PEER, "--count=3");
    String end =
        "answer 2: 0.43 ms, direct, 10.9.0.2/9993\n"
            + "2 sent, 2 answered, 0 % lost; round trip min 0.43 ms, avg 0.43 ms, max 0.43 ms\n";
    assertTrue(terminal.out().endsWith(end), terminal.out());
    assertEquals(0, host.exitCode());
  }

  @Test
  void rejectsWhatIsOutOfRange() throws IOException {
    String[][] wrong = {
      {"ping"},
      {"ping", "12"},
      {"ping", PEER, "--count=0"},
      {"ping", PEER, "--count=many"},
      {"ping", PEER, "--size=7"},
      {"ping", PEER, "--size=9601"}
    };
    for (String[] command : wrong) {
      run(2, List.of(), command);
    }
    assertTrue(terminal.err().contains("--size: expected a number from 8 to 9600"), terminal.err());
  }

  @Test
  void reportsAnotherPing() throws IOException {
    run(1, List.of(echo(56, 409, "another ping of this peer is pending")), "ping", PEER);
    assertTrue(terminal.err().contains("another ping of this peer"), terminal.err());
  }
}
