// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.backhaul.crypto.KeyPair;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * An internet that carries datagrams between hosts, with delay and loss, in virtual time.
 *
 * <p>All randomness follows from one seed, so that a run can be repeated exactly.
 */
public final class SimulatedInternet implements SimulatedSegment {
  static final long START_MS = 1_700_000_000_000L;
  private static final long DEFAULT_DELAY_MS = 10;
  private static final int PORT = 9993;

  /** Maximum steps without progress of time: a node whose deadline never passes is a defect. */
  private static final int MAX_STEPS_AT_ONE_TIME = 10_000;

  private static final long PLANET_ID = 77;
  private static final int PLANET_KEYS_SEED = 5;

  private final long seed;
  private final Random random;
  private final PriorityQueue<DatagramInFlight> inFlight = new PriorityQueue<>();
  private final Map<InetAddress, DatagramSink> routes = new HashMap<>();
  private final HostDeadlines deadlines = new HostDeadlines();
  private int hosts;
  private int links;
  private long nowMs = START_MS;
  private long sequence;
  private long delayMs = DEFAULT_DELAY_MS;
  private double loss;
  private long delivered;
  private final Set<InetAddress> separated = new HashSet<>();
  private DatagramObserver observer = (from, to, bytes, atMs) -> {};
  private PathModel router = (from, to, length, trafficClass) -> trafficClass;

  /** A datagram and the traffic class of its IP header. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Datagram(InetSocketAddress from, InetSocketAddress to, byte[] bytes, int trafficClass) {}

  /** Receives the datagrams to an IP address. */
  interface DatagramSink {
    void receive(Datagram datagram, long nowMs);
  }

  /** Changes the traffic class of datagrams in transit, or drops them. */
  public interface PathModel {
    /** The datagram is dropped. */
    int LOST = -1;

    /** Returns the traffic class with which a datagram is forwarded, or {@link #LOST}. */
    int trafficClass(InetSocketAddress from, InetSocketAddress to, int length, int trafficClass);
  }

  /** Observes each datagram when it is sent. */
  public interface DatagramObserver {
    void sent(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs);
  }

  /** A datagram in transit; its receiver is the one of its address where none is named. */
  private record DatagramInFlight(
      long arrivalMs, long order, Datagram datagram, @Nullable DatagramSink receiver)
      implements Comparable<DatagramInFlight> {
    @Override
    public int compareTo(DatagramInFlight other) {
      int byTime = Long.compare(arrivalMs, other.arrivalMs);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  public SimulatedInternet(long seed) {
    this.seed = seed;
    random = new Random(seed);
  }

  /** Sets the one-way delay of all links. */
  public SimulatedInternet delay(long ms) {
    delayMs = ms;
    return this;
  }

  /** Sets the share of datagrams that are lost, 0 to 1. */
  public SimulatedInternet loss(double share) {
    loss = share;
    return this;
  }

  public long nowMs() {
    return nowMs;
  }

  /** Returns the number of datagrams delivered to hosts and NATs. */
  public long delivered() {
    return delivered;
  }

  /** Adds a host with a public address. */
  public SimulatedHost host(String ip) {
    return host(Endpoints.parseIp(ip), this);
  }

  /** Adds a host behind a NAT. */
  public SimulatedHost host(String ip, SimulatedNat nat) {
    return host(Endpoints.parseIp(ip), nat);
  }

  /** Adds a host that is attached to a segment. */
  SimulatedHost host(String ip, SimulatedSegment segment) {
    return host(Endpoints.parseIp(ip), segment);
  }

  private SimulatedHost host(InetAddress ip, SimulatedSegment segment) {
    return new SimulatedHost(
        this,
        new InetSocketAddress(ip, PORT),
        segment,
        Identities.byNumber(hosts++),
        random.nextLong());
  }

  /** Adds a link to the internet, for one or more hosts, NATs or firewalls. */
  public SimulatedLink link() {
    return link(this);
  }

  /** Adds a link to a segment. */
  SimulatedLink link(SimulatedSegment to) {
    return new SimulatedLink(this, to, new SplittableRandom(37 * seed + ++links));
  }

  /** Adds a firewall at the internet. */
  public SimulatedFirewall firewall() {
    return firewall(this);
  }

  /** Adds a firewall in front of what is attached to it. */
  SimulatedFirewall firewall(SimulatedSegment outer) {
    return new SimulatedFirewall(this, outer);
  }

  /** Returns the table of the hosts' deadlines. */
  HostDeadlines deadlines() {
    return deadlines;
  }

  /** Adds a NAT with a public address. */
  public SimulatedNat nat(String publicIp, SimulatedNat.Kind kind) {
    return nat(publicIp, kind, this);
  }

  /** Adds a NAT behind another one, with an address of its LAN. */
  public SimulatedNat nat(String outerIp, SimulatedNat.Kind kind, SimulatedNat behind) {
    return nat(outerIp, kind, (SimulatedSegment) behind);
  }

  /** Adds a NAT that is attached to a segment. */
  SimulatedNat nat(String outerIp, SimulatedNat.Kind kind, SimulatedSegment outer) {
    InetAddress ip = Endpoints.parseIp(outerIp);
    return new SimulatedNat(this, outer, ip, kind, new SplittableRandom(31 * seed + ip.hashCode()));
  }

  /** Adds a TCP relay with a public address. */
  public SimulatedRelay relay(String publicIp) {
    var relay = new SimulatedRelay(this, Endpoints.parseIp(publicIp));
    routes.put(Endpoints.parseIp(publicIp), relay);
    return relay;
  }

  /** Disconnects a host: datagrams from and to it are dropped. */
  public void disconnect(SimulatedHost host) {
    host.disconnect(true);
  }

  /** Reconnects a host. */
  public void reconnect(SimulatedHost host) {
    host.disconnect(false);
  }

  /** Separates hosts with public addresses: datagrams from one to another are lost. */
  public void separate(SimulatedHost... fromEachOther) {
    for (SimulatedHost host : fromEachOther) {
      separated.add(host.endpoint().getAddress());
    }
  }

  /** Returns the planet file with these roots. */
  public static byte[] planet(SimulatedHost... roots) {
    return planet(1, roots);
  }

  /** Returns the planet file with these roots and a timestamp; a later one replaces it. */
  public static byte[] planet(long timestampMs, SimulatedHost... roots) {
    return world(World.Type.PLANET, PLANET_ID, timestampMs, roots);
  }

  /** Returns the moon file with these roots. */
  public static byte[] moon(long id, SimulatedHost... roots) {
    return world(World.Type.MOON, id, 1, roots);
  }

  private static byte[] world(World.Type type, long id, long timestampMs, SimulatedHost... roots) {
    KeyPair signer = KeyPair.generate(new Random(PLANET_KEYS_SEED));
    var listed = new ArrayList<World.Root>();
    for (SimulatedHost root : roots) {
      listed.add(new World.Root(root.identity().withoutPrivateKey(), root.endpoints()));
    }
    var file = new WireWriter();
    World.make(type, id, timestampMs, signer.publicKey(), listed, signer).writeTo(file);
    return file.toByteArray();
  }

  /** Sets the observer of all datagrams sent, lost ones included. */
  public void observe(DatagramObserver newObserver) {
    observer = newObserver;
  }

  /** Sets the router that all datagrams between hosts and NATs pass. */
  public void router(PathModel newRouter) {
    router = newRouter;
  }

  @Override
  public void route(InetAddress ip, @Nullable DatagramSink receiver) {
    if (receiver == null) {
      routes.remove(ip);
    } else {
      routes.put(ip, receiver);
    }
  }

  @Override
  public void send(Datagram datagram) {
    InetSocketAddress from = datagram.from;
    InetSocketAddress to = datagram.to;
    observer.sent(from, to, datagram.bytes, nowMs);
    boolean cut = separated.contains(from.getAddress()) && separated.contains(to.getAddress());
    if (random.nextDouble() >= loss && !cut) {
      int trafficClass =
          router.trafficClass(from, to, datagram.bytes.length, datagram.trafficClass);
      if (trafficClass == PathModel.LOST) {
        return;
      }
      var routed = new Datagram(from, to, datagram.bytes, trafficClass);
      inFlight.add(new DatagramInFlight(nowMs + delayMs, sequence++, routed, null));
    }
  }

  /** Delivers a datagram within a LAN, without delay or loss, after the current call. */
  void deliver(Datagram datagram, DatagramSink receiver) {
    deliver(datagram, receiver, 0);
  }

  /** Delivers a datagram over a link, after a time. */
  void deliver(Datagram datagram, DatagramSink receiver, long afterMs) {
    inFlight.add(new DatagramInFlight(nowMs + afterMs, sequence++, datagram, receiver));
  }

  /** Runs all datagrams and deadlines of the next milliseconds, in the order of time. */
  public void run(long ms) {
    long endMs = nowMs + ms;
    int steps = 0;
    deadlines.allCalled();
    while (true) {
      DatagramInFlight next = inFlight.peek();
      SimulatedHost host = deadlines.earliest();
      long arrivalMs = next == null ? Long.MAX_VALUE : next.arrivalMs;
      long deadlineMs = Math.max(nowMs, deadlines.earliestMs());
      if (Math.min(arrivalMs, deadlineMs) > endMs) {
        break;
      }
      if (next != null && arrivalMs <= deadlineMs) {
        inFlight.poll();
        nowMs = Math.max(nowMs, arrivalMs);
        arrive(next);
      } else if (host != null) {
        steps = deadlineMs > nowMs ? 0 : steps + 1;
        if (steps > MAX_STEPS_AT_ONE_TIME) {
          throw new IllegalStateException(
              host.endpoint() + " has a deadline that never passes: " + host.deadlines());
        }
        nowMs = Math.max(nowMs, deadlineMs);
        host.advance();
      }
    }
    nowMs = endMs;
  }

  private void arrive(DatagramInFlight arrived) {
    Datagram datagram = arrived.datagram;
    DatagramSink receiver = arrived.receiver;
    if (receiver == null) {
      receiver = routes.get(datagram.to.getAddress());
    }
    if (receiver != null) {
      delivered++;
      receiver.receive(datagram, nowMs);
    }
  }
}
