// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes at the controller reach members that are online, however often and over lossy paths. */
class ConfigPushTest extends ScenarioTest {
  private SimulatedController controller;
  private long network;
  private boolean isChanged;

  @BeforeEach
  void joinOneMember() {
    controller = scenario.startRoot().startController().controller();
    network = controller.createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    internet.run(200);
    controller.authorize(alice, network);
    alice.join(network);
    internet.run(5_000);
  }

  private long revision() {
    NetworkConfig config = alice.running().network(network).orElseThrow().config();
    return config == null ? 0 : config.revision();
  }

  /** Changes the network and returns after how many ms the member has the new configuration. */
  private long msUntilChangeArrives(long limitMs) {
    long before = revision();
    isChanged = !isChanged;
    int action = isChanged ? Rule.ACTION_DROP : Rule.ACTION_ACCEPT;
    controller.rules(network, List.of(Rule.action(action)), List.of());
    for (long ms = 100; ms <= limitMs; ms += 100) {
      internet.run(100);
      if (revision() > before) {
        return ms;
      }
    }
    throw new AssertionError("no new configuration within " + limitMs + " ms");
  }

  /** Pushes are no requests, without which the controller takes a member for offline. */
  @Test
  void frequentChangesReachMember() {
    for (int change = 0; change < 60; change++) {
      assertTrue(msUntilChangeArrives(1_000) <= 300, "change " + change);
      internet.run(9_000);
    }
  }

  @Test
  void changesReachMemberOverLossyPath() {
    internet.loss(0.3);
    int late = 0;
    for (int change = 0; change < 100; change++) {
      late += msUntilChangeArrives(20_000) > 300 ? 1 : 0;
      internet.run(3_000);
    }
    assertTrue(late > 10, late + " of 100 changes were lost once at least");
  }

  @Test
  void acknowledgedPushIsNotRepeated() {
    msUntilChangeArrives(1_000);
    internet.run(40_000);

    assertEquals(0, controller.pushRetries());
  }
}
