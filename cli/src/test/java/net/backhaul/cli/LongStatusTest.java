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
import org.junit.jupiter.api.Test;

class LongStatusTest {
  private static final String DIAGNOSIS =
      """
      {"node": {"address": "e4ce736644", "online": true, "version": "0.1.0", "upMs": 3720000,
                "listeningOn": ["10.1.0.2/9993"], "surfaceAddresses": ["192.88.99.10/40001"]},
       "nat": [{"family": "IPv4", "kind": "ENDPOINT_DEPENDENT"},
               {"family": "IPv6", "kind": "UNKNOWN"}],
       "roots": [{"address": "778cde7190", "family": "IPv4", "socket": true,
                  "lastReceiveAgo": 4100},
                 {"address": "778cde7190", "family": "IPv6", "socket": false,
                  "lastReceiveAgo": -1}],
       "peers": [{"address": "1122334455", "name": "db\\u001b1", "role": "LEAF", "link": "DIRECT",
                  "latency": 3, "lossPercent": 12, "pathMtu": 1432, "cipher": "AES_GMAC_SIV",
                  "lastReceiveAgo": 900, "path": "192.0.2.7/9993", "pathAge": 7300000},
                 {"address": "2233445566", "name": "", "role": "LEAF", "link": "RELAY",
                  "relay": "778cde7190", "latency": -1, "lossPercent": -1, "pathMtu": 1432,
                  "cipher": "SALSA20_POLY1305", "lastReceiveAgo": -1, "path": "", "pathAge": -1,
                  "why": "no answer from 192.0.2.9/9993, last tried 5 s ago"}]}
      """;

  private final CapturedTerminal terminal =
      new CapturedTerminal("zerotier-cli", Map.of(), Path.of(""), 0);

  private void run(int expected, Exchange exchange, String... command) throws IOException {
    try (var daemon = new RecordedDaemon()) {
      daemon.expect(exchange);
      var words = new ArrayList<>(List.of("-p" + daemon.port(), "-T" + RecordedDaemon.TOKEN));
      words.addAll(List.of(command));
      int code = Cli.run(words.toArray(String[]::new), terminal.terminal());
      assertEquals(List.of(), daemon.differences());
      assertEquals(expected, code, terminal::err);
    }
  }

  @Test
  void showsHowEachPeerIsReached() throws IOException {
    run(0, new Exchange("GET /diagnosis", null, 200, DIAGNOSIS), "status", "--long");
    assertEquals(
        """
        node       e4ce736644, ONLINE, Backhaul 0.1.0, up 62 min
        listening  10.1.0.2/9993
        seen at    192.88.99.10/40001
        NAT IPv4   each root sees another port (symmetric)
        root       778cde7190 IPv4: last answer 4 s ago
        root       778cde7190 IPv6: this host has no address of the family

        <peer>      <name>  <role>  <link>  <rtt>  <loss>  <mtu>  <cipher>  <seen>  \
        <path, or why there is no direct one>
        1122334455  db?1    LEAF    DIRECT  3 ms   12 %    1432   AES       0 s     \
        192.0.2.7/9993, for 2 h
        2233445566  -       LEAF    RELAY   -      -       1432   Salsa20   never   \
        via 778cde7190; no answer from 192.0.2.9/9993, last tried 5 s ago
        """,
        terminal.out());
  }

  @Test
  void showsTcpRelayAndPathsOverIt() throws IOException {
    String diagnosis =
        DIAGNOSIS
            .replace("\"upMs\"", "\"tcpRelay\": \"192.0.2.3/443\", \"upMs\"")
            .replace("\"DIRECT\"", "\"TCP\"");
    run(0, new Exchange("GET /diagnosis", null, 200, diagnosis), "status", "--long");
    assertTrue(
        terminal
            .out()
            .contains(
                """
                TCP relay  192.0.2.3/443: it carries all packets, since UDP is blocked or disabled
                """),
        terminal.out());
    assertTrue(terminal.out().contains("1122334455  db?1    LEAF    TCP     3 ms   12 %"));
    assertTrue(terminal.out().contains("192.0.2.7/9993, for 2 h"), terminal.out());
  }

  @Test
  void printsJson() throws IOException {
    run(0, new Exchange("GET /diagnosis", null, 200, DIAGNOSIS), "-j", "status", "--long");
    assertTrue(terminal.out().contains("\"pathMtu\": 1432"), terminal.out());
  }

  @Test
  void namesDaemonWithoutDiagnosis() throws IOException {
    run(1, new Exchange("GET /diagnosis", null, 404, ""), "status", "--long");
    assertTrue(terminal.err().contains("older than this program"), terminal.err());
  }
}
