// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.engine.StateKey;

/** The random hosts of a story: roots, a controller, and members behind links, NATs, firewalls. */
final class StoryTopology {
  private static final int MAX_SKEW_MS = 600_000;

  private final SimulatedInternet internet;
  private final Random random;
  final List<SimulatedHost> roots = new ArrayList<>();
  final List<SimulatedHost> members = new ArrayList<>();
  final List<SimulatedNat> nats = new ArrayList<>();
  final List<SimulatedLink> links = new ArrayList<>();
  final SimulatedHost controllerHost;
  private final byte[] planet;

  StoryTopology(SimulatedInternet internet, Random random) {
    this.internet = internet;
    this.random = random;
    int rootCount = 1 + random.nextInt(2);
    for (int i = 0; i < rootCount; i++) {
      roots.add(internet.host("192.88.99." + (1 + i)).checkTime(25));
    }
    planet = SimulatedInternet.planet(roots.toArray(SimulatedHost[]::new));
    controllerHost = internet.host("192.88.99.5");
    controllerHost.controller();
    int memberCount = 2 + random.nextInt(3);
    for (int i = 0; i < memberCount; i++) {
      members.add(member(i));
      if (random.nextInt(3) == 0) {
        members.getLast().jumpClock(random.nextInt(2 * MAX_SKEW_MS) - MAX_SKEW_MS);
      }
      if (random.nextInt(3) == 0) {
        members.getLast().sendUnfragmented();
      }
    }
  }

  SimulatedHost start(SimulatedHost host) {
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
  }

  private SimulatedHost member(int number) {
    String publicIp = "192.88.100." + (10 + number);
    String ip = "10." + (10 + number) + ".0.2";
    return switch (random.nextInt(8)) {
      case 0 -> internet.host(publicIp, link());
      case 1 -> internet.host(publicIp, internet.firewall(link()));
      case 2 -> {
        SimulatedHost host = internet.host(publicIp, link());
        yield host.addInterface(ip, nat("192.88.101." + (10 + number), link()));
      }
      case 3 -> {
        SimulatedNat provider = nat(publicIp, link()).hairpin(random.nextBoolean());
        yield internet.host(ip, nat("100.64.0." + (2 + number), provider));
      }
      case 4 -> {
        boolean joins = !nats.isEmpty(); // Another host of the same LAN.
        SimulatedNat nat = joins ? nats.getLast() : nat(publicIp, link());
        yield internet.host("10.200.0." + (2 + number), nat);
      }
      default -> internet.host(ip, nat(publicIp, link()));
    };
  }

  private SimulatedNat nat(String outerIp, SimulatedSegment outer) {
    SimulatedNat.Kind[] kinds = SimulatedNat.Kind.values();
    SimulatedNat nat = internet.nat(outerIp, kinds[random.nextInt(kinds.length)], outer);
    nats.add(nat.hairpin(random.nextBoolean()).timeout(30_000 + random.nextInt(270_000)));
    return nat;
  }

  private SimulatedLink link() {
    SimulatedLink link = internet.link();
    links.add(link);
    link.delay(random.nextInt(80));
    switch (random.nextInt(6)) {
      case 0 -> link.loss(0.03 * random.nextDouble());
      case 1 -> link.reorder(0.1, 1 + random.nextInt(50));
      case 2 -> link.duplicate(0.1);
      case 3 -> link.rate(50 + random.nextInt(1_000), 64_000);
      case 4 -> link.mtu(1_460 + random.nextInt(41));
      default -> {}
    }
    return link;
  }

  /** Ends losses, and whatever is down. */
  void restore() {
    internet.loss(0);
    links.forEach(link -> link.loss(0).duplicate(0).down(false));
  }
}
