// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.peer.Vl1;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A network whose hosts, failures and attacks follow from a seed, and what has to hold in all of
 * them (docs/testing.md, "Random stories").
 */
public final class RandomStory {
  /** When the failures have ended, members are configured and reach each other within this time. */
  static final long RECOVERY_MS = 80_000;

  /** A clock that was set back is slow for twice this time. */
  private static final int MAX_BACK_MS = 10_000;

  private static final int MAX_STEPS = 40;
  private static final int LONGEST_STEP_MS = 4_000;
  private static final long REPLY_MS = 3_000;
  private static final int LOGGED = 4_000;

  private final long seed;
  private final Random random;
  private final SimulatedInternet internet;
  private final PacketLog log;
  private final StoryTopology topology;
  private final StoryAttacker attacker;
  private final Set<Long> nodes = new HashSet<>();
  private final Set<Bytes> framesSent = new HashSet<>();
  private final Map<SimulatedHost, List<IpPrefix>> acknowledged = new HashMap<>();
  private final String program;
  private long network;
  private String forged = "";

  /** An invariant that does not hold. */
  public static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient @Nullable List<String> packets;

    Violation(String message, List<String> packets, @Nullable Throwable cause) {
      super(message, cause);
      this.packets = packets;
    }

    /** Returns the latest datagrams and events, the oldest first. */
    public List<String> packets() {
      return packets == null ? List.of() : packets;
    }
  }

  /** Makes the story of a seed. */
  public RandomStory(long seed) {
    this.seed = seed;
    random = new Random(31 * seed + 7);
    random.nextInt();
    internet = new SimulatedInternet(seed);
    log = new PacketLog(LOGGED, internet.nowMs());
    topology = new StoryTopology(internet, random);
    attacker = new StoryAttacker(internet, random);
    program = "scripts/simulate --from " + seed + " --seeds 1 --log FILE";
    internet.observe(
        (from, to, bytes, nowMs) -> {
          log.datagram(from, to, bytes, nowMs);
          attacker.sent(from, to, bytes);
        });
  }

  /**
   * Runs it.
   *
   * @return the datagrams delivered
   * @throws Violation if an invariant does not hold
   */
  public long run() {
    try {
      begin();
      int steps = 5 + random.nextInt(MAX_STEPS);
      for (int i = 0; i < steps; i++) {
        step();
        internet.run(random.nextInt(LONGEST_STEP_MS));
        checkAlways();
      }
      recover();
      checkRecovered();
      checkAlways();
      return internet.delivered();
    } catch (Violation e) {
      throw e;
    } catch (RuntimeException e) {
      throw violation("an internal error: " + e, e);
    }
  }

  /** Returns the latest datagrams and events, the oldest first. */
  public List<String> packets() {
    return log.lines();
  }

  /** Returns what reports that an invariant does not hold. */
  Violation violation(String what, @Nullable Throwable cause) {
    String message =
        "seed %d after %.3f s: %s; to replay it: %s"
            .formatted(seed, (internet.nowMs() - startMs()) / 1_000.0, what, program);
    return new Violation(message, log.lines(), cause);
  }

  private static long startMs() {
    return SimulatedInternet.START_MS;
  }

  private void verify(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw violation(otherwise.get(), null);
    }
  }

  // The story.

  private void begin() {
    for (int i = 0; i < topology.roots.size(); i++) {
      add(topology.roots.get(i), "root" + i);
    }
    add(topology.controllerHost, "controller");
    network = controller().createNetwork(1, "10.147.17");
    for (int i = 0; i < topology.members.size(); i++) {
      SimulatedHost member = topology.members.get(i);
      add(member, "member" + i);
      member.observeFrames(this::delivered);
      member.observeSentFrames(frame -> framesSent.add(Bytes.of(frame.clone())));
      controller().authorize(member, network);
      member.join(network);
    }
    internet.run(3_000);
  }

  private void add(SimulatedHost host, String name) {
    log.name(host, name);
    nodes.add(host.nodeAddress());
    topology.start(host);
  }

  private SimulatedController controller() {
    return topology.controllerHost.controller();
  }

  private void delivered(byte[] frame) {
    if (!framesSent.contains(Bytes.of(frame.clone()))) {
      forged = "a frame of " + frame.length + " bytes was delivered that no member has sent";
    }
  }

  private void step() {
    SimulatedHost one = any(topology.members);
    SimulatedHost other = any(topology.members);
    int kind = random.nextInt(16);
    switch (kind) {
      case 0 -> killOrStart(one);
      case 1 -> killOrStart(any(topology.roots));
      case 2 -> killOrStart(topology.controllerHost);
      case 3 -> {
        if (one.isRunning()) {
          one.setLink(random.nextBoolean());
        }
      }
      case 4 -> {
        if (!topology.nats.isEmpty()) {
          any(topology.nats).restart();
        }
      }
      case 5 -> any(topology.links).down(random.nextBoolean());
      case 6 -> internet.loss(random.nextDouble() * 0.3);
      case 7 -> one.jumpClock(random.nextInt(200_000) - MAX_BACK_MS);
      case 8 -> {
        if (one.isRunning()) {
          one.leave(network);
          one.join(network);
        }
      }
      case 9 -> authorize(one, random.nextBoolean());
      case 10, 11 -> attacker.attack();
      case 12 -> {
        if (one.isRunning()) {
          one.suspend();
          internet.run(random.nextInt(60_000));
          one.resume();
        }
      }
      default -> ping(one, other);
    }
    log.event("step " + kind + " with " + one.endpoint(), internet.nowMs());
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private void killOrStart(SimulatedHost host) {
    if (!host.isRunning()) {
      host.start();
    } else if (random.nextInt(3) == 0 && host.isRunning()) {
      host.kill();
      host.start();
    } else {
      host.kill();
    }
  }

  private void authorize(SimulatedHost member, boolean whether) {
    if (!topology.controllerHost.isRunning()) {
      return;
    }
    if (whether) {
      controller().authorize(member, network);
    } else {
      controller().deauthorize(member, network);
    }
  }

  private void ping(SimulatedHost from, SimulatedHost to) {
    if (from != to && canPing(from) && canPing(to)) {
      from.ping(to, network);
    }
  }

  private boolean canPing(SimulatedHost host) {
    return host.isRunning() && host.isConfigured(network);
  }

  // What always holds.

  private void checkAlways() {
    verify(forged.isEmpty(), () -> forged);
    String answered = attacker.problem();
    verify(answered.isEmpty(), () -> answered);
    for (SimulatedHost host : all()) {
      if (!host.isRunning()) {
        continue;
      }
      int stored = host.running().stored();
      verify(stored <= Vl1.MAX_STORED, () -> host.endpoint() + " stores " + stored);
      for (PeerStatus peer : host.running().peers(host.nowMs())) {
        verify(nodes.contains(peer.address()), () -> "an unknown peer of " + host.endpoint());
      }
    }
    for (SimulatedHost member : topology.members) {
      if (canPing(member)) {
        checkAddresses(member);
      }
    }
  }

  /** The controller never gives a member other addresses than those that it has acknowledged. */
  private void checkAddresses(SimulatedHost member) {
    List<IpPrefix> current = member.ipStack(network).addresses();
    List<IpPrefix> before = acknowledged.putIfAbsent(member, current);
    verify(
        before == null || before.equals(current),
        () -> member.endpoint() + " had " + before + " and has " + current);
  }

  private List<SimulatedHost> all() {
    var all = new ArrayList<>(topology.roots);
    all.add(topology.controllerHost);
    all.addAll(topology.members);
    return all;
  }

  // What holds after failures have ended.

  private void recover() {
    log.event("recovery", internet.nowMs());
    topology.restore();
    for (SimulatedHost host : all()) {
      if (!host.isRunning()) {
        host.start();
      }
      host.setLink(true);
    }
    internet.run(1_000);
    for (SimulatedHost member : topology.members) {
      controller().authorize(member, network);
      member.join(network);
    }
    internet.run(RECOVERY_MS);
  }

  private void checkRecovered() {
    for (SimulatedHost member : topology.members) {
      verify(
          canPing(member),
          () -> member.endpoint() + " is " + member.state(network) + " and was authorized");
    }
    for (SimulatedHost from : topology.members) {
      for (SimulatedHost to : topology.members) {
        if (from != to) {
          checkReplies(from, to);
        }
      }
    }
  }

  private void checkReplies(SimulatedHost from, SimulatedHost to) {
    int before = from.pingReplies(network);
    for (long waited = 0; waited < REPLY_MS && from.pingReplies(network) == before; ) {
      from.ping(to, network);
      internet.run(500);
      waited += 500;
    }
    verify(
        from.pingReplies(network) > before,
        () -> from.endpoint() + " does not reach " + to.endpoint() + " in " + REPLY_MS + " ms");
  }
}
