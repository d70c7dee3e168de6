// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.StateKey;
import org.junit.jupiter.api.Test;

/** Nodes that start at once, and whose identities the roots have to check (02 section 3.8). */
class CrowdTest {
  private static final int NODES = 1_000;

  /** What a check takes on one core; a root has two of them. */
  private static final long CHECK_MS = 25;

  /** In which all of them get the answer to a first ping. */
  private static final long REPLIES_MS = 1_000;

  private final SimulatedInternet internet = new SimulatedInternet(1);
  private final List<SimulatedHost> roots = new ArrayList<>();
  private byte[] planet = {};

  private SimulatedHost start(SimulatedHost host) {
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
  }

  private void startRoots(int count) {
    for (int i = 0; i < count; i++) {
      roots.add(internet.host("192.88.99." + (1 + i)).checkTime(CHECK_MS));
    }
    planet = SimulatedInternet.planet(roots.toArray(SimulatedHost[]::new));
    roots.forEach(this::start);
  }

  private static long online(List<SimulatedHost> nodes) {
    return nodes.stream().filter(node -> node.status().online()).count();
  }

  @Test
  void servesThousandNodesThatStartAtOnce() {
    startRoots(3);
    var nodes = new ArrayList<SimulatedHost>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(internet.host("20." + i / 250 + "." + i % 250 + ".1"));
    }
    nodes.forEach(this::start);

    internet.run(5_000);
    long soon = online(nodes);
    assertTrue(soon >= NODES / 3, () -> soon + " online after 5 s");
    internet.run(10_000);
    assertEquals(NODES, online(nodes));
    internet.run(10_000);
    for (SimulatedHost root : roots) {
      assertEquals(NODES + 2, root.running().peers(internet.nowMs()).size());
      assertTrue(root.checked() <= NODES + 2, () -> root.checked() + " checks");
    }
    joinAndReachEachOther(nodes);
  }

  /** All join a network at once, and each pings the next one: 1,000 introductions in a moment. */
  private void joinAndReachEachOther(List<SimulatedHost> nodes) {
    nodes.forEach(node -> node.join(ScenarioTest.AD_HOC));
    internet.run(1_000);
    for (int i = 0; i < NODES; i++) {
      nodes.get(i).ping(nodes.get((i + 1) % NODES), ScenarioTest.AD_HOC);
    }
    internet.run(REPLIES_MS);
    for (int i = 0; i < NODES; i++) {
      assertEquals(1, nodes.get(i).pingReplies(ScenarioTest.AD_HOC), "node " + i);
    }
    internet.run(2_000);
    for (int i = 0; i < NODES; i++) {
      assertTrue(nodes.get(i).isDirectTo(nodes.get((i + 1) % NODES)), "node " + i);
    }
  }

  /** Each member pings the next one: all pairs are introduced in the same seconds. */
  @Test
  void crowdReachesEachOther() {
    startRoots(2);
    var nodes = new ArrayList<SimulatedHost>();
    for (int i = 0; i < 100; i++) {
      nodes.add(start(internet.host("20." + i + ".1.1")));
      nodes.getLast().join(ScenarioTest.AD_HOC);
    }
    internet.run(5_000);
    assertEquals(nodes.size(), online(nodes));

    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).ping(nodes.get((i + 1) % nodes.size()), ScenarioTest.AD_HOC);
    }
    internet.run(3_000);
    for (int i = 0; i < nodes.size(); i++) {
      assertEquals(1, nodes.get(i).pingReplies(ScenarioTest.AD_HOC), "node " + i);
      assertTrue(nodes.get(i).isDirectTo(nodes.get((i + 1) % nodes.size())), "node " + i);
    }
  }

  /** A source may cause 16 checks at once and two in a second, whatever it sends. */
  @Test
  void boundsChecksOfOneSource() {
    startRoots(1);
    SimulatedHost root = roots.getFirst();
    var site = new ArrayList<SimulatedHost>();
    for (int i = 0; i < 200; i++) {
      site.add(internet.host("20.1.1." + (1 + i)));
    }
    site.forEach(this::start);
    SimulatedHost other = start(internet.host("20.1.2.1"));

    internet.run(1_000);
    assertTrue(other.status().online(), "another source");
    internet.run(9_000);

    assertTrue(root.checked() >= 30 && root.checked() <= 16 + 2 * 10 + 1, "" + root.checked());
    assertTrue(root.dropped(Drop.RATE_LIMITED) > 200, "" + root.dropped(Drop.RATE_LIMITED));
    internet.run(100_000);
    assertEquals(site.size(), online(site));
  }
}
