// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.engine.Event;
import net.backhaul.protocol.network.Rule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members report to the node that their network names for that (02 section 2.21). */
class RemoteTraceTest extends ScenarioTest {
  private SimulatedController controller;
  private SimulatedHost target;
  private long network;

  @BeforeEach
  void joinTwoMembers() {
    controller = scenario.startRoot().startController().controller();
    network = controller.createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    target = scenario.startHost("192.88.99.30");
    internet.run(200);
    for (SimulatedHost member : List.of(alice, bob)) {
      controller.authorize(member, network);
      member.join(network);
    }
    internet.run(2_000);
    assertPings(alice, bob, network, 2_000);
  }

  private List<Event.RemoteTraceReceived> records() {
    return target.events().stream()
        .filter(Event.RemoteTraceReceived.class::isInstance)
        .map(Event.RemoteTraceReceived.class::cast)
        .toList();
  }

  private void trace(long level) {
    controller.trace(network, target, level);
    internet.run(2_000);
  }

  @Test
  void reportsFramesThatRulesDrop() {
    controller.rules(network, List.of(Rule.action(Rule.ACTION_DROP)), List.of());
    trace(9);
    ping(alice, bob, network, 3, 500);
    assertEquals(List.of(), records());

    trace(10);
    ping(alice, bob, network, 3, 500);
    internet.run(2_000);
    List<Event.RemoteTraceReceived> received = records();
    assertTrue(received.size() >= 3, received::toString);
    for (Event.RemoteTraceReceived each : received) {
      assertEquals(alice.nodeAddress(), each.source());
      assertTrue(each.record().startsWith("event=2000\n"), each.record());
      assertTrue(each.record().endsWith("\nreason=filter blocked"), each.record());
    }

    controller.trace(network, null, 30);
    internet.run(2_000);
    ping(alice, bob, network, 3, 500);
    assertEquals(received, records());
  }

  @Test
  void reportsCertificatesOfADeauthorizedMember() {
    trace(0);
    assertEquals(List.of(), records());
    bob.kill();
    controller.deauthorize(bob, network);
    internet.run(2_000);
    bob.start(); // With its old configuration, until the controller answers.
    bob.ping(alice, network);
    internet.run(2_000);

    assertTrue(
        records().stream()
            .anyMatch(
                each ->
                    each.source() == alice.nodeAddress()
                        && each.record().startsWith("event=2003\n")
                        && each.record().endsWith("\nreason=revoked")),
        () -> records().toString());
  }
}
