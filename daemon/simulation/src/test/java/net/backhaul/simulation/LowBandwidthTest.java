// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.engine.NodeOptions;
import net.backhaul.protocol.message.Verb;
import org.junit.jupiter.api.Test;

/**
 * What a node sends within an hour, with and without the mode for low bandwidth (02 section 4.8).
 */
class LowBandwidthTest extends ScenarioTest {
  private static final int MINUTES = 60;

  private long datagrams;

  /** Starts members that talk once a minute, and counts what Alice sends in an hour. */
  private void run(boolean low) {
    startMembers();
    NodeOptions options = NodeOptions.DEFAULT.withLowBandwidth(low);
    alice.running().options(options, internet.nowMs());
    bob.running().options(options, internet.nowMs());
    ping(alice, bob, AD_HOC, 15, 1_000);
    internet.observe(
        (from, to, bytes, nowMs) -> datagrams += from.equals(alice.endpoint()) ? 1 : 0);

    int replies = ping(alice, bob, AD_HOC, MINUTES, 60_000);

    assertTrue(replies >= MINUTES - 1, () -> replies + " replies");
  }

  private long sent(Verb verb) {
    return alice.running().counters().sent(verb);
  }

  @Test
  void sendsLessWithTheMode() {
    run(true);
    long low = datagrams;
    long likes = sent(Verb.MULTICAST_LIKE);
    // Members of a group expire after ten minutes (03 section 7.2).
    assertTrue(
        likes >= 2 * 12 && likes <= 2 * 20, () -> likes + " announcements to two recipients");
    assertTrue(sent(Verb.PUSH_DIRECT_PATHS) <= 3, () -> sent(Verb.PUSH_DIRECT_PATHS) + " pushes");
    assertTrue(sent(Verb.ECHO) <= 3_600 / 25 * 2 + 10, () -> sent(Verb.ECHO) + " probes");
    assertTrue(low <= 600, () -> low + " datagrams in an hour");
  }

  /** Requests are at most half of the credential window apart, which is half an hour. */
  @Test
  void requestsConfigurationsAtHalfOfTheCredentialWindow() {
    SimulatedHost controller = scenario.startRoot().startController();
    long network = controller.controller().createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    NodeOptions options = NodeOptions.DEFAULT.withLowBandwidth(true);
    for (SimulatedHost member : List.of(alice, bob)) {
      member.running().options(options, internet.nowMs());
      controller.controller().authorize(member, network);
      member.join(network);
    }
    internet.run(10_000);
    long before = sent(Verb.NETWORK_CONFIG_REQUEST);

    internet.run(4 * 3_600_000);

    long requests = sent(Verb.NETWORK_CONFIG_REQUEST) - before;
    assertTrue(requests >= 15 && requests <= 20, () -> requests + " requests in four hours");
    assertPings(alice, bob, network, 1_000);
  }

  @Test
  void sendsMoreWithoutIt() {
    run(false);
    assertTrue(sent(Verb.PUSH_DIRECT_PATHS) > 3, () -> sent(Verb.PUSH_DIRECT_PATHS) + " pushes");
    assertTrue(datagrams > 600, () -> datagrams + " datagrams in an hour");
  }
}
