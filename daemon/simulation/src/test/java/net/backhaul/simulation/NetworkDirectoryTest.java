// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.protocol.network.DirectoryEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The directory of a network, from the controller to its members. */
class NetworkDirectoryTest extends ScenarioTest {
  private SimulatedController controller;
  private long network;

  @BeforeEach
  void joinTwoMembers() {
    controller = scenario.startRoot().startController().controller();
    network = controller.createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    alice.running().readsDirectories(true);
    bob.running().readsDirectories(true);
    internet.run(200);
    for (SimulatedHost member : List.of(alice, bob)) {
      controller.authorize(member, network);
      member.join(network);
    }
    internet.run(2_000);
  }

  private Optional<NetworkDirectory> directory(SimulatedHost host) {
    return host.running().directory(network);
  }

  private Set<String> labels(SimulatedHost host) {
    return Set.copyOf(
        directory(host).stream()
            .flatMap(each -> each.members().stream())
            .map(DirectoryEntry::label)
            .toList());
  }

  @Test
  void reachesMembersWithinSeconds() {
    assertEquals(Optional.empty(), directory(alice));
    controller.name(alice, network, "alice");
    controller.name(bob, network, "bob");
    controller.directory(network, true);
    internet.run(3_000);

    assertEquals(Set.of("alice", "bob"), labels(alice));
    assertEquals(directory(alice), directory(bob));
    assertTrue(directory(alice).orElseThrow().isComplete(), "a complete directory");
    assertPings(alice, bob, network, 2_000);

    controller.name(bob, network, "Bob's Büro");
    internet.run(2_000);
    assertEquals(Set.of("alice", "xn--bob-s-bro-w9a"), labels(alice));

    controller.deauthorize(bob, network);
    internet.run(3_000);
    assertEquals(Set.of("alice"), labels(alice));
  }

  @Test
  void endsForAMemberThatIsDeauthorized() {
    controller.directory(network, true);
    internet.run(3_000);
    assertEquals(2, labels(bob).size());

    controller.deauthorize(bob, network);
    internet.run(70_000);
    assertEquals(Set.of(), labels(bob));

    controller.authorize(bob, network);
    internet.run(10_000);
    assertEquals(2, labels(bob).size());
  }

  @Test
  void survivesRestartsOfMemberAndController() {
    controller.directory(network, true);
    internet.run(3_000);

    scenario.root().kill();
    scenario.root().start();
    alice.kill();
    alice.start();
    alice.running().readsDirectories(true);
    internet.run(70_000);
    assertEquals(2, labels(alice).size());
  }

  @Test
  void isSwitchedOff() {
    controller.directory(network, true);
    internet.run(3_000);
    controller.directory(network, false);
    internet.run(3_000);
    assertEquals(Optional.empty(), directory(alice));
    controller.directory(network, true);
    internet.run(3_000);
    assertEquals(2, labels(alice).size());
  }

  @Test
  void isNotSentToNodesThatDoNotReadIt() {
    alice.running().readsDirectories(false);
    internet.run(65_000);
    controller.directory(network, true);
    internet.run(65_000);
    assertEquals(Optional.empty(), directory(alice));
    assertEquals(2, labels(bob).size());
    assertPings(alice, bob, network, 2_000);
  }
}
