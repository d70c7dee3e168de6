// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import net.backhaul.crypto.KeyPair;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** Carries datagrams between hosts, with delay and loss, in virtual time. */
public final class SimulatedInternet {
  private static final long START_MS = 1_700_000_000_000L;
  private static final long DEFAULT_DELAY_MS = 10;
  private static final int PORT = 9993;

  /** A node that is due again and again while time stands still would keep a processor busy. */
  private static final int MAX_TURNS_AT_REST = 10_000;

  private static final long PLANET_ID = 77;
  private static final int PLANET_KEYS_SEED = 5;

  private final Random random;
  private final PriorityQueue<Flight> flights = new PriorityQueue<>();
  private final Map<InetAddress, Receiver> routes = new HashMap<>();
  private final List<SimulatedHost> hosts = new ArrayList<>();
  private long nowMs = START_MS;
  private long sequence;
  private long delayMs = DEFAULT_DELAY_MS;
  private double loss;
  private long delivered;
  private Watcher watcher = (from, to, bytes, atMs) -> {};

  /** Whoever datagrams to an IP address are brought to. */
  interface Receiver {
    void receive(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs);
  }

  /** Who looks at datagrams. */
  public interface Watcher {
    void sent(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs);
  }

  private record Flight(
      long arrivesMs, long order, InetSocketAddress from, InetSocketAddress to, Payload payload)
      implements Comparable<Flight> {
    @Override
    public int compareTo(Flight other) {
      int byTime = Long.compare(arrivesMs, other.arrivesMs);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Bytes under way, compared by nobody. */
  private static final class Payload {
    private final byte[] bytes;

    Payload(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  public SimulatedInternet(long seed) {
    random = new Random(seed);
  }

  /** Sets the one-way delay of all links. */
  public SimulatedInternet delay(long ms) {
    delayMs = ms;
    return this;
  }

  /** Sets the share of datagrams that are lost. */
  public SimulatedInternet loss(double share) {
    loss = share;
    return this;
  }

  public long nowMs() {
    return nowMs;
  }

  /** Returns how many datagrams have arrived anywhere. */
  public long delivered() {
    return delivered;
  }

  /** Puts a host with a public address of its own on the internet. */
  public SimulatedHost host(String ip) {
    return host(Endpoints.parseIp(ip), this::send);
  }

  /** Puts a host behind a NAT. */
  public SimulatedHost host(String ip, SimulatedNat nat) {
    return host(Endpoints.parseIp(ip), nat::sendFromInside);
  }

  private SimulatedHost host(InetAddress ip, SimulatedHost.Uplink uplink) {
    var host =
        new SimulatedHost(
            this,
            new InetSocketAddress(ip, PORT),
            uplink,
            Identities.numbered(hosts.size()),
            random.nextLong());
    hosts.add(host);
    routes.put(ip, host);
    return host;
  }

  /** Puts a NAT with a public address on the internet. */
  public SimulatedNat nat(String publicIp, SimulatedNat.Kind kind) {
    var nat = new SimulatedNat(this, Endpoints.parseIp(publicIp), kind);
    routes.put(Endpoints.parseIp(publicIp), nat);
    return nat;
  }

  /** Takes a host or NAT off the internet: datagrams to it go nowhere. */
  public void unplug(SimulatedHost host) {
    host.unplugged = true;
  }

  /** Plugs a host in again. */
  public void plug(SimulatedHost host) {
    host.unplugged = false;
  }

  /** Returns the file of a planet with these roots, which all nodes of a story share. */
  public static byte[] planet(SimulatedHost... roots) {
    return world(World.Type.PLANET, PLANET_ID, roots);
  }

  /** Returns the file of a moon with these roots. */
  public static byte[] moon(long id, SimulatedHost... roots) {
    return world(World.Type.MOON, id, roots);
  }

  private static byte[] world(World.Type type, long id, SimulatedHost... roots) {
    KeyPair signer = KeyPair.generate(new Random(PLANET_KEYS_SEED));
    var listed = new ArrayList<World.Root>();
    for (SimulatedHost root : roots) {
      listed.add(new World.Root(root.identity().withoutPrivateKey(), List.of(root.endpoint())));
    }
    var file = new WireWriter();
    World.make(type, id, 1, signer.publicKey(), listed, signer).writeTo(file);
    return file.toByteArray();
  }

  /** Shows every datagram that is sent, lost or not, to somebody who writes them down. */
  public void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  void route(InetAddress ip, @Nullable Receiver receiver) {
    if (receiver == null) {
      routes.remove(ip);
    } else {
      routes.put(ip, receiver);
    }
  }

  void send(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    watcher.sent(from, to, bytes, nowMs);
    if (random.nextDouble() >= loss) {
      flights.add(new Flight(nowMs + delayMs, sequence++, from, to, new Payload(bytes)));
    }
  }

  /** Brings a datagram to a host of a private network, past the internet. */
  void deliverInside(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    arrive(from, to, bytes);
  }

  /** Lets virtual time pass, from event to event. */
  public void run(long ms) {
    long endMs = nowMs + ms;
    int atRest = 0;
    while (true) {
      Flight next = flights.peek();
      SimulatedHost due = mostDue();
      long flightMs = next == null ? Long.MAX_VALUE : next.arrivesMs;
      long timerMs = due == null ? Long.MAX_VALUE : Math.max(nowMs, due.nextDeadlineMs());
      if (Math.min(flightMs, timerMs) > endMs) {
        break;
      }
      if (next != null && flightMs <= timerMs) {
        flights.poll();
        nowMs = Math.max(nowMs, flightMs);
        arrive(next.from, next.to, next.payload.bytes);
      } else if (due != null) {
        atRest = timerMs > nowMs ? 0 : atRest + 1;
        if (atRest > MAX_TURNS_AT_REST) {
          throw new IllegalStateException(due.endpoint() + " is always due: " + due.deadlines());
        }
        nowMs = Math.max(nowMs, timerMs);
        due.advance(nowMs);
      }
    }
    nowMs = endMs;
  }

  private void arrive(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    Receiver receiver = routes.get(to.getAddress());
    if (receiver != null) {
      delivered++;
      receiver.receive(from, to, bytes, nowMs);
    }
  }

  private @Nullable SimulatedHost mostDue() {
    SimulatedHost due = null;
    for (SimulatedHost host : hosts) {
      if (host.isRunning() && (due == null || host.nextDeadlineMs() < due.nextDeadlineMs())) {
        due = host;
      }
    }
    return due;
  }
}
