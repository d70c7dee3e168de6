// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A member that is deauthorized or deleted and the other members lose each other within five
 * seconds, each way: daemons on hosts of their own, and TCP of the kernel.
 */
class DeauthorizationTest {
  private static final int PORT = 4_000;
  private static final int ATTEMPT_MS = 300;
  private static final long LIMIT_MS = 5_000;

  /** No connection may succeed for so long before two members count as separated. */
  private static final long QUIET_MS = 2_500;

  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true},
       "routes": [{"target": "10.77.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.77.0.1", "ipRangeEnd": "10.77.0.99"}],
       "rules": [{"type": "ACTION_ACCEPT"}]}
      """;

  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();
  private final List<ServerSocket> servers = new ArrayList<>();
  private final Map<NamespaceNode, String> ips = new HashMap<>();
  private NamespaceNode controller;
  private NamespaceNode alice;
  private NamespaceNode bob;
  private NamespaceNode carol;
  private String network;

  enum End {
    DEAUTHORIZED,
    DELETED
  }

  @BeforeEach
  void joinThreeMembers() throws Exception {
    nodes = NamespaceNode.start(directory, 4);
    controller = nodes.get(0);
    alice = nodes.get(1);
    bob = nodes.get(2);
    carol = nodes.get(3);
    network = controller.address() + "000001";
    controller.request("POST", "/controller/network/" + network, NETWORK);
    for (NamespaceNode member : nodes.subList(1, 4)) {
      String ip = "10.77.0." + (nodes.indexOf(member) + 1);
      ips.put(member, ip);
      controller.request(
          "POST", path(member), "{\"authorized\": true, \"ipAssignments\": [\"" + ip + "\"]}");
      member.request("POST", "/network/" + network, "{}");
      servers.add(listen(member));
    }
    Await.until(() -> reaches(alice, bob) && reaches(bob, alice));
    Await.until(() -> reaches(alice, carol) && reaches(carol, alice) && reaches(bob, carol));
  }

  @AfterEach
  void stop() throws IOException {
    for (ServerSocket server : servers) {
      server.close();
    }
    nodes.forEach(NamespaceNode::close);
  }

  private String path(NamespaceNode member) {
    return "/controller/network/" + network + "/member/" + member.address();
  }

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
                } catch (IOException separated) {
                  // The next connection may succeed.
                }
              }
            });
    return server;
  }

  private boolean reaches(NamespaceNode from, NamespaceNode to) {
    try {
      return from.here(
          () -> {
            try (var connection = new Socket()) {
              connection.connect(new InetSocketAddress(ips.get(to), PORT), ATTEMPT_MS);
              connection.setSoTimeout(ATTEMPT_MS);
              connection.getOutputStream().write(7);
              return connection.getInputStream().read() == 7;
            } catch (IOException separated) {
              return false;
            }
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static long sinceMs(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void membersLoseEachOther(End end) throws Exception {
    long startNanos = System.nanoTime();
    switch (end) {
      case DEAUTHORIZED -> controller.request("POST", path(alice), "{\"authorized\": false}");
      case DELETED -> controller.request("DELETE", path(alice), "");
    }
    long lastMs = 0;
    while (sinceMs(startNanos) < Math.min(lastMs + QUIET_MS, LIMIT_MS + QUIET_MS)) {
      for (NamespaceNode other : List.of(bob, carol)) {
        if (reaches(alice, other) || reaches(other, alice)) {
          lastMs = sinceMs(startNanos);
        }
      }
    }

    long separatedMs = lastMs;
    assertTrue(separatedMs <= LIMIT_MS, () -> "separated after " + separatedMs + " ms");
    assertTrue(reaches(bob, carol) && reaches(carol, bob), "the others still reach each other");
  }
}
