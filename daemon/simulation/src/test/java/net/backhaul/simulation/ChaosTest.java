// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random failures for half an hour, after which each member reaches every other. */
class ChaosTest extends ScenarioTest {
  private static final int MEMBERS = 6;
  private static final int STEPS = 150;
  private static final int LONGEST_STEP_MS = 20_000;

  /** Time to recover: a member requests its configuration once a minute. */
  private static final long RECOVERY_MS = 120_000;

  private final List<SimulatedHost> members = new ArrayList<>();
  private final List<SimulatedNat> nats = new ArrayList<>();
  private SimulatedHost controllerHost;
  private long network;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void connectsAllMembersAfterRandomFailures(long seed) {
    var random = new Random(seed);
    build(seed, random);

    for (int i = 0; i < STEPS; i++) {
      failRandomly(random);
      internet.run(random.nextInt(LONGEST_STEP_MS));
    }
    recover();
    internet.run(RECOVERY_MS);

    for (SimulatedHost member : members) {
      assertTrue(member.isConfigured(network), () -> "seed " + seed + ": " + member.endpoint());
    }
    for (SimulatedHost from : members) {
      for (SimulatedHost to : members) {
        if (from != to) {
          assertReaches(from, to, seed);
        }
      }
    }
  }

  private void assertReaches(SimulatedHost from, SimulatedHost to, long seed) {
    int before = from.pingReplies(network);
    from.ping(to, network);
    internet.run(3_000);
    assertEquals(
        before + 1,
        from.pingReplies(network),
        () -> "seed " + seed + ": " + from.endpoint() + " to " + to.endpoint());
  }

  private void build(long seed, Random random) {
    begin(seed);
    controllerHost = scenario.startRoot().startController();
    network = controllerHost.controller().createNetwork(1, "10.147.17");
    for (int i = 0; i < MEMBERS; i++) {
      String number = "" + (10 + i);
      SimulatedHost member;
      if (random.nextBoolean()) {
        member = internet.host("192.88.99." + number);
      } else {
        var kinds = SimulatedNat.Kind.values();
        SimulatedNat nat =
            internet.nat("192.88.100." + number, kinds[random.nextInt(kinds.length)]);
        nats.add(nat);
        member = internet.host("10." + number + ".0.2", nat);
      }
      scenario.start(member);
      members.add(member);
      controllerHost.controller().authorize(member, network);
      member.join(network);
    }
    internet.loss(0.02);
    internet.run(5_000);
  }

  private void failRandomly(Random random) {
    SimulatedHost one = members.get(random.nextInt(members.size()));
    SimulatedHost other = members.get(random.nextInt(members.size()));
    switch (random.nextInt(12)) {
      case 0 -> killOrStart(one, random.nextBoolean());
      case 1 -> killOrStart(root, random.nextBoolean());
      case 2 -> killOrStart(controllerHost, true);
      case 3 -> internet.disconnect(one);
      case 4 -> internet.reconnect(one);
      case 5 -> {
        if (!nats.isEmpty()) {
          nats.get(random.nextInt(nats.size())).restart();
        }
      }
      case 6 -> {
        if (one.isRunning() && one.isConfigured(network)) {
          one.leave(network);
        }
      }
      case 7 -> {
        if (controllerHost.isRunning()) {
          controllerHost.controller().deauthorize(one, network);
        }
      }
      case 8 -> {
        if (controllerHost.isRunning()) {
          controllerHost.controller().authorize(one, network);
        }
      }
      default -> {
        if (one != other && canPing(one) && canPing(other)) {
          one.ping(other, network);
          other.broadcast(network);
        }
      }
    }
  }

  private boolean canPing(SimulatedHost host) {
    return host.isRunning() && host.isConfigured(network);
  }

  private void killOrStart(SimulatedHost host, boolean keepState) {
    if (!host.isRunning()) {
      host.start();
    } else {
      host.kill();
      if (!keepState) {
        host.clearState();
      }
    }
  }

  private void recover() {
    internet.loss(0);
    for (SimulatedHost host : List.of(root, controllerHost)) {
      if (!host.isRunning()) {
        host.start();
      }
    }
    internet.run(1_000);
    for (SimulatedHost member : members) {
      internet.reconnect(member);
      controllerHost.controller().authorize(member, network);
      if (!member.isRunning()) {
        member.start();
      }
      member.join(network);
    }
  }
}
