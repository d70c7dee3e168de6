// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic between daemons on hosts of their own flows again soon after a change of a host's
 * network, and after the death of the root that relays. The limits are twice what is aimed at,
 * since machines that run tests are busy.
 */
class UplinkRecoveryTest {
  private static final long LIMIT_MS = 2 * 2_000;
  private static final long BOUNCE_LIMIT_MS = 2 * 500;
  private static final long ROOT_LIMIT_MS = 2 * 5_000;
  private static final long FIRST_REPLY_MS = 60_000;

  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();
  private @Nullable EchoPair pair;
  private NamespaceNode alice;
  private NamespaceNode bob;

  @AfterEach
  void stop() {
    if (pair != null) {
      pair.close();
    }
    nodes.forEach(NamespaceNode::close);
  }

  /** Starts roots and, after them, Alice and Bob, on a network of the first root's controller. */
  private void start(int roots, boolean direct) throws Exception {
    nodes = NamespaceNode.create(directory, roots + 2);
    alice = nodes.get(roots);
    bob = nodes.get(roots + 1);
    if (!direct) {
      alice.forbidPathsTo(bob);
      bob.forbidPathsTo(alice);
    }
    NamespaceNode.start(nodes, roots);
    pair = new EchoPair(nodes);
    assertTrue(pair.msToReply(FIRST_REPLY_MS) < FIRST_REPLY_MS);
  }

  private void assertEchoes(long withinMs, String after) throws Exception {
    long ms = pair.msToReply(FIRST_REPLY_MS);
    assertTrue(ms <= withinMs, () -> "after " + after + ": " + ms + " ms");
    pair.converse(1_000);
  }

  @Test
  void reachesHostAfterChangesOfItsNetwork() throws Exception {
    start(1, true);
    pair.converse(2_000);

    alice.ip("address", "flush", "dev", "eth0");
    alice.ip("address", "add", "10.9.0.102/24", "dev", "eth0");
    assertEchoes(LIMIT_MS, "another address");

    for (int downMs : new int[] {200, 3_000}) {
      alice.ip("link", "set", "eth0", "down");
      pair.converse(downMs);
      alice.ip("link", "set", "eth0", "up");
      assertEchoes(BOUNCE_LIMIT_MS, "a link that was down for " + downMs + " ms");
    }

    alice.connect(nodes.getFirst(), "eth1", 103);
    alice.ip("link", "set", "eth1", "up");
    alice.ip("link", "set", "eth0", "down");
    assertEchoes(LIMIT_MS, "another uplink");
    alice.ip("link", "set", "eth0", "up");
    alice.ip("link", "set", "eth1", "down");
    assertEchoes(LIMIT_MS, "the first uplink again");

    alice.pauseDaemon(true);
    pair.converse(4_000);
    alice.pauseDaemon(false);
    assertEchoes(LIMIT_MS, "a pause of the daemon");
  }

  @Test
  void relaysThroughOtherRootAfterDeathOfOne() throws Exception {
    start(2, false);
    pair.converse(3_000);

    NamespaceNode first = nodes.getFirst();
    first.killDaemon();
    assertEchoes(ROOT_LIMIT_MS, "the death of a root");
    first.startDaemon();
    pair.converse(8_000); // The root that was started is used again only after a HELLO.

    nodes.get(1).killDaemon();
    assertEchoes(ROOT_LIMIT_MS, "the death of the other root");
  }
}
