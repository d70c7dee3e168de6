// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;

/** A NAT router with one outer address, and the LAN behind it. */
public final class SimulatedNat implements SimulatedInternet.DatagramSink, SimulatedSegment {
  private static final int FIRST_PORT = 40_001;
  private static final int MIN_PORT = 1_024;
  private static final int MAX_PORT = 65_535;

  /** A mapping expires this long after its last outbound datagram; typical of home routers. */
  private static final long MAPPING_TIMEOUT_MS = 30_000;

  private final SimulatedInternet internet;
  private final SimulatedSegment outer;
  private final Kind kind;
  private final RandomGenerator random;
  private final Map<InetAddress, SimulatedInternet.DatagramSink> lan = new HashMap<>();
  private final Map<MappingKey, Mapping> mappings = new HashMap<>();
  private final Map<Integer, Mapping> byPort = new HashMap<>();
  private InetAddress outerIp;
  private boolean hairpins;
  private long timeoutMs = MAPPING_TIMEOUT_MS;
  private int nextPort = FIRST_PORT;
  private int mappingsMade;

  /** How a NAT maps ports, and which datagrams it accepts (RFC 4787 sections 4 and 5). */
  public enum Kind {
    /** One port per internal endpoint; accepts everything. */
    FULL_CONE(false, true, Filter.NONE),
    /** One port per internal endpoint; accepts what comes from an address that was sent to. */
    RESTRICTED_CONE(false, true, Filter.ADDRESS),
    /** One port per internal endpoint; accepts what comes from an endpoint that was sent to. */
    CONE(false, true, Filter.ENDPOINT),
    /** One random port per internal endpoint and destination; filters like {@link #CONE}. */
    SYMMETRIC(true, false, Filter.ENDPOINT),
    /** The same with ports in the order of the mappings. */
    SEQUENTIAL_SYMMETRIC(true, true, Filter.ENDPOINT);

    private final boolean perDestination;
    private final boolean sequential;
    private final Filter filter;

    Kind(boolean perDestination, boolean sequential, Filter filter) {
      this.perDestination = perDestination;
      this.sequential = sequential;
      this.filter = filter;
    }

    /** Returns whether each destination sees another port. */
    public boolean isSymmetric() {
      return perDestination;
    }
  }

  private enum Filter {
    NONE,
    ADDRESS,
    ENDPOINT
  }

  /** The destination is the internal endpoint itself where the mapping is endpoint-independent. */
  private record MappingKey(InetSocketAddress internal, InetSocketAddress destination) {}

  private static final class Mapping {
    final InetSocketAddress internal;
    final int port;
    long lastOutMs;

    /** When what the filter compares was sent to last. */
    final Map<Object, Long> sentMs = new HashMap<>();

    Mapping(InetSocketAddress internal, int port) {
      this.internal = internal;
      this.port = port;
    }
  }

  SimulatedNat(
      SimulatedInternet internet,
      SimulatedSegment outer,
      InetAddress outerIp,
      Kind kind,
      RandomGenerator random) {
    this.internet = internet;
    this.outer = outer;
    this.outerIp = outerIp;
    this.kind = kind;
    this.random = random;
    outer.route(outerIp, this);
  }

  /** Sets whether hosts of the LAN reach each other by their outer endpoints. */
  public SimulatedNat hairpin(boolean whether) {
    hairpins = whether;
    return this;
  }

  /** Sets how long after its last outbound datagram a mapping expires. */
  public SimulatedNat timeout(long ms) {
    timeoutMs = ms;
    return this;
  }

  /** Returns how many mappings were made. */
  public int mappingsMade() {
    return mappingsMade;
  }

  @Override
  public void route(InetAddress ip, SimulatedInternet.@Nullable DatagramSink receiver) {
    if (receiver == null) {
      lan.remove(ip);
    } else {
      lan.put(ip, receiver);
    }
  }

  /** Forwards a datagram from the LAN: within it, to the outer segment, or back (hairpin). */
  @Override
  public void send(SimulatedInternet.Datagram datagram) {
    SimulatedInternet.DatagramSink neighbor = lan.get(datagram.to().getAddress());
    if (neighbor != null) {
      internet.deliver(datagram, neighbor);
      return;
    }
    SimulatedInternet.Datagram translated = translate(datagram);
    if (!datagram.to().getAddress().equals(outerIp)) {
      outer.send(translated);
    } else if (hairpins) {
      internet.deliver(translated, this);
    }
  }

  private SimulatedInternet.Datagram translate(SimulatedInternet.Datagram datagram) {
    InetSocketAddress from = datagram.from();
    InetSocketAddress to = datagram.to();
    long nowMs = internet.nowMs();
    var key = new MappingKey(from, kind.perDestination ? to : from);
    Mapping mapping = mappings.get(key);
    if (mapping == null || isExpired(mapping.lastOutMs, nowMs)) {
      if (mapping != null) {
        byPort.remove(mapping.port);
      }
      mapping = new Mapping(from, freePort(nowMs));
      mappings.put(key, mapping);
      byPort.put(mapping.port, mapping);
      mappingsMade++;
    }
    mapping.lastOutMs = nowMs;
    mapping.sentMs.put(filtered(to), nowMs);
    var source = new InetSocketAddress(outerIp, mapping.port);
    return new SimulatedInternet.Datagram(source, to, datagram.bytes(), datagram.trafficClass());
  }

  private int freePort(long nowMs) {
    while (true) {
      int port = kind.sequential ? nextPort : random.nextInt(MIN_PORT, MAX_PORT + 1);
      nextPort = nextPort == MAX_PORT ? MIN_PORT : nextPort + 1;
      Mapping user = byPort.get(port);
      if (user == null || isExpired(user.lastOutMs, nowMs)) {
        return port;
      }
    }
  }

  private boolean isExpired(long sentMs, long nowMs) {
    return nowMs - sentMs > timeoutMs;
  }

  /** Returns what the filter compares of a remote endpoint. */
  private Object filtered(InetSocketAddress remote) {
    return switch (kind.filter) {
      case NONE -> "any";
      case ADDRESS -> remote.getAddress();
      case ENDPOINT -> remote;
    };
  }

  /** Receives a datagram from outside. */
  @Override
  public void receive(SimulatedInternet.Datagram datagram, long nowMs) {
    InetSocketAddress from = datagram.from();
    Mapping mapping = byPort.get(datagram.to().getPort());
    Long sentMs = mapping == null ? null : mapping.sentMs.get(filtered(from));
    if (mapping == null || sentMs == null || isExpired(sentMs, nowMs)) {
      return;
    }
    SimulatedInternet.DatagramSink receiver = lan.get(mapping.internal.getAddress());
    if (receiver != null) {
      receiver.receive(
          new SimulatedInternet.Datagram(
              from, mapping.internal, datagram.bytes(), datagram.trafficClass()),
          nowMs);
    }
  }

  /** Changes the outer address and removes all mappings. */
  public void changeAddress(String newOuterIp) {
    outer.route(outerIp, null);
    outerIp = Endpoints.parseIp(newOuterIp);
    outer.route(outerIp, this);
    restart();
  }

  /** Removes all mappings. */
  public void restart() {
    mappings.clear();
    byPort.clear();
  }
}
