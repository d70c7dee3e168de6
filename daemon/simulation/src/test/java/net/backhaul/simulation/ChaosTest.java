// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens for half an hour: once it is over, everybody reaches everybody. */
class ChaosTest extends Story {
  private static final int MEMBERS = 6;
  private static final int STEPS = 150;
  private static final int LONGEST_STEP_MS = 20_000;

  /** The longest that anybody may need: a controller is asked once a minute. */
  private static final long CALM_MS = 120_000;

  private final List<SimulatedHost> members = new ArrayList<>();
  private final List<SimulatedNat> nats = new ArrayList<>();
  private SimulatedHost boss;
  private long network;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void afterChaosEverybodyReachesEverybody(long seed) {
    var random = new Random(seed);
    build(seed, random);

    for (int i = 0; i < STEPS; i++) {
      somethingHappens(random);
      internet.run(random.nextInt(LONGEST_STEP_MS));
    }
    heal();
    internet.run(CALM_MS);

    for (SimulatedHost member : members) {
      assertTrue(member.isOn(network), () -> "seed " + seed + ": " + member.endpoint());
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
    int before = from.replies(network);
    from.ping(to, network);
    internet.run(3_000);
    assertEquals(
        before + 1,
        from.replies(network),
        () -> "seed " + seed + ": " + from.endpoint() + " to " + to.endpoint());
  }

  private void build(long seed, Random random) {
    begin(seed);
    started(root);
    boss = internet.host("192.88.99.5");
    boss.controller();
    started(boss);
    network = boss.controller().createNetwork(1, "10.147.17");
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
      started(member);
      members.add(member);
      boss.controller().authorize(member, network);
      member.join(network);
    }
    internet.loss(0.02);
    internet.run(5_000);
  }

  private void somethingHappens(Random random) {
    SimulatedHost one = members.get(random.nextInt(members.size()));
    SimulatedHost other = members.get(random.nextInt(members.size()));
    switch (random.nextInt(12)) {
      case 0 -> toggle(one, random.nextBoolean());
      case 1 -> toggle(root, random.nextBoolean());
      case 2 -> toggle(boss, true);
      case 3 -> internet.unplug(one);
      case 4 -> internet.plug(one);
      case 5 -> {
        if (!nats.isEmpty()) {
          nats.get(random.nextInt(nats.size())).restart();
        }
      }
      case 6 -> {
        if (one.isRunning() && one.isOn(network)) {
          one.leave(network);
        }
      }
      case 7 -> {
        if (boss.isRunning()) {
          boss.controller().deauthorize(one, network);
        }
      }
      case 8 -> {
        if (boss.isRunning()) {
          boss.controller().authorize(one, network);
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
    return host.isRunning() && host.isOn(network);
  }

  private void toggle(SimulatedHost host, boolean stateKept) {
    if (!host.isRunning()) {
      host.start();
    } else {
      host.kill();
      if (!stateKept) {
        host.loseState();
      }
    }
  }

  private void heal() {
    internet.loss(0);
    for (SimulatedHost host : List.of(root, boss)) {
      if (!host.isRunning()) {
        host.start();
      }
    }
    internet.run(1_000);
    for (SimulatedHost member : members) {
      internet.plug(member);
      boss.controller().authorize(member, network);
      if (!member.isRunning()) {
        member.start();
      }
      member.join(network);
    }
  }
}
