// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final int KILLS = 10;

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
    create(roots);
    if (!direct) {
      alice.forbidPathsTo(bob);
      bob.forbidPathsTo(alice);
    }
    startDaemons(roots);
  }

  private void create(int roots) throws Exception {
    nodes = NamespaceNode.create(directory, roots + 2);
    alice = nodes.get(roots);
    bob = nodes.get(roots + 1);
  }

  private void startDaemons(int roots) throws Exception {
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
  void reachesHostAfterChangeOfItsDefaultRoute() throws Exception {
    create(1);
    List<NamespaceNode> hosts = new ArrayList<>(nodes);
    NamespaceNode.add(directory, hosts);
    try (NamespaceNode router = hosts.getLast()) { // Without a daemon.
      List<String> gateways = connectAliceBy(router);
      startDaemons(1);
      pair.converse(2_000);

      for (int i = 1; i <= 4; i++) {
        String gateway = gateways.get(i % 2);
        alice.ip("route", "replace", "default", "via", gateway);
        assertEchoes(LIMIT_MS, "a default route by " + gateway + ", change " + i);
        pair.converse(2_000);
      }
    }
  }

  /**
   * Gives Alice two uplinks in subnets of their own instead of hers. The router rejects what does
   * not arrive over the uplink of its source address.
   *
   * @return the addresses of the router; the default route is by the first
   */
  private List<String> connectAliceBy(NamespaceNode router) throws Exception {
    alice.ip("link", "del", "eth0");
    for (String devices : List.of("all", "default")) {
      alice.sysctl("net/ipv4/conf/" + devices + "/rp_filter", "0");
      router.sysctl("net/ipv4/conf/" + devices + "/rp_filter", "1");
    }
    router.sysctl("net/ipv4/ip_forward", "1");
    var gateways = new ArrayList<String>();
    for (int i = 1; i <= 2; i++) {
      String subnet = "10.8." + i + ".";
      router.ip("link", "add", "lan" + i, "type", "veth", "peer", "name", "up" + i);
      router.ip("link", "set", "up" + i, "netns", "/proc/" + alice.namespace() + "/ns/net");
      router.ip("address", "add", subnet + "1/24", "dev", "lan" + i);
      router.ip("link", "set", "lan" + i, "up");
      alice.ip("address", "add", subnet + "2/24", "dev", "up" + i);
      alice.ip("link", "set", "up" + i, "up");
      gateways.add(subnet + "1");
    }
    alice.ip("route", "add", "default", "via", gateways.getFirst());
    for (NamespaceNode other : List.of(nodes.getFirst(), bob)) {
      other.ip("route", "add", "10.8.0.0/16", "via", "10.9.0.4");
    }
    return gateways;
  }

  @Test
  void reachesHostAfterShortLossOfItsLinkAfterKills() throws Exception {
    start(1, true);
    for (int i = 0; i < KILLS; i++) {
      alice.killDaemon();
      alice.startDaemon();
    }
    assertEchoes(FIRST_REPLY_MS - 1, KILLS + " kills");

    alice.ip("link", "set", "eth0", "down");
    pair.converse(200);
    alice.ip("link", "set", "eth0", "up");
    assertEchoes(BOUNCE_LIMIT_MS, "a link that was down for 200 ms after " + KILLS + " kills");
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
