// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A tag or capability that is saved at the controller decides on frames between members within a
 * second, each way: three daemons on hosts of their own, and TCP of the kernel.
 */
class PromptCredentialsTest {
  private static final int PORT = 4_000;
  private static final int ATTEMPT_MS = 150;
  private static final long LIMIT_MS = 1_000;

  /** Attempts that have to fail one after another before a flow counts as blocked. */
  private static final int FAILURES = 3;

  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true},
       "routes": [{"target": "10.77.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.77.0.1", "ipRangeEnd": "10.77.0.99"}],
       "capabilities": [{"id": 5, "rules": [{"type": "ACTION_ACCEPT"}]}],
       "rules": [%s]}
      """;

  private static final String ACCEPT = "{\"type\": \"ACTION_ACCEPT\"}";
  private static final String ACCEPT_ARP =
      "{\"type\": \"MATCH_ETHERTYPE\", \"etherType\": 2054}, {\"type\": \"ACTION_ACCEPT\"}";
  private static final String ACCEPT_TEAM =
      ", {\"type\": \"MATCH_TAGS_DIFFERENCE\", \"id\": 1, \"value\": 0}, {\"type\":"
          + " \"ACTION_ACCEPT\"}";

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private static final List<ServerSocket> SERVERS = new ArrayList<>();
  private static NamespaceNode alice;
  private static NamespaceNode bob;
  private static String network;

  @BeforeAll
  static void joinTwoMembers() throws Exception {
    alice = SHARED.members().get(0);
    bob = SHARED.members().get(1);
    network = SHARED.nodes().network(1, NETWORK.formatted(ACCEPT));
    SHARED.nodes().join(alice, network, "{\"ipAssignments\": [\"10.77.0.2\"]}");
    SHARED.nodes().join(bob, network, "{\"ipAssignments\": [\"10.77.0.3\"]}");
    SERVERS.add(listen(alice));
    SERVERS.add(listen(bob));
  }

  @BeforeEach
  void acceptEverything() throws Exception {
    rules(ACCEPT);
    Await.until(() -> reaches(alice, bob) && reaches(bob, alice));
  }

  @AfterAll
  static void stop() throws IOException {
    for (ServerSocket server : SERVERS) {
      server.close();
    }
  }

  private static void set(NamespaceNode member, String settings) throws Exception {
    SHARED.nodes().set(member, network, settings);
  }

  private static void rules(String rules) throws Exception {
    SHARED.nodes().network(1, NETWORK.formatted(rules));
  }

  /** Accepts connections and echoes one byte of each, on any address of a host. */
  private static ServerSocket listen(NamespaceNode on) throws Exception {
    ServerSocket server = on.here(() -> new ServerSocket(PORT));
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket connection = server.accept()) {
                  connection.setSoTimeout(ATTEMPT_MS);
                  connection.getOutputStream().write(connection.getInputStream().read());
                } catch (IOException blocked) {
                  // The next connection may succeed.
                }
              }
            });
    return server;
  }

  private boolean reaches(NamespaceNode from, NamespaceNode to) {
    String host = to == alice ? "10.77.0.2" : "10.77.0.3";
    try {
      return from.here(
          () -> {
            try (var connection = new Socket()) {
              connection.connect(new InetSocketAddress(host, PORT), ATTEMPT_MS);
              connection.setSoTimeout(ATTEMPT_MS);
              connection.getOutputStream().write(7);
              return connection.getInputStream().read() == 7;
            } catch (IOException blocked) {
              return false;
            }
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Asserts that connections both ways succeed, or fail, within a second from now on. */
  private void assertDecides(boolean accepts, String change) {
    long startNanos = System.nanoTime();
    for (NamespaceNode from : List.of(alice, bob)) {
      NamespaceNode to = from == alice ? bob : alice;
      long decidedMs =
          accepts ? firstSuccess(from, to, startNanos) : lastSuccess(from, to, startNanos);
      assertTrue(decidedMs <= LIMIT_MS, () -> change + ": after " + decidedMs + " ms");
    }
  }

  private static long sinceMs(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private long firstSuccess(NamespaceNode from, NamespaceNode to, long startNanos) {
    while (sinceMs(startNanos) < 10 * LIMIT_MS) {
      if (reaches(from, to)) {
        return sinceMs(startNanos);
      }
    }
    return Long.MAX_VALUE;
  }

  /** Returns when the last connection succeeded before several failed. */
  private long lastSuccess(NamespaceNode from, NamespaceNode to, long startNanos) {
    long lastMs = 0;
    for (int failures = 0; failures < FAILURES && sinceMs(startNanos) < 10 * LIMIT_MS; failures++) {
      if (reaches(from, to)) {
        lastMs = sinceMs(startNanos);
        failures = -1;
      }
    }
    return lastMs;
  }

  @Test
  void tagsDecideWithinASecond() throws Exception {
    set(alice, "{\"tags\": [[1, 1]]}");
    set(bob, "{\"tags\": [[1, 1]]}");
    rules(ACCEPT_ARP + ACCEPT_TEAM);
    assertDecides(true, "one team");

    for (int team = 2; team < 5; team++) {
      set(bob, "{\"tags\": [[1, %d]]}".formatted(team));
      assertDecides(false, "bob is of team " + team);
      set(alice, "{\"tags\": [[1, %d]]}".formatted(team));
      assertDecides(true, "alice is of team " + team);
    }
  }

  @Test
  void capabilitiesDecideWithinASecond() throws Exception {
    rules(ACCEPT_ARP);
    assertDecides(false, "no capability");

    set(alice, "{\"capabilities\": [5]}");
    set(bob, "{\"capabilities\": [5]}");
    assertDecides(true, "both have the capability");

    set(alice, "{\"capabilities\": []}");
    set(bob, "{\"capabilities\": []}");
    assertDecides(false, "both have lost the capability");
  }
}
