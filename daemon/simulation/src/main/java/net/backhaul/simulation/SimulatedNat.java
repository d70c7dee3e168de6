// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;

/** A NAT router with one public address. Filtering is by address and port. */
public final class SimulatedNat implements SimulatedInternet.DatagramSink {
  private static final int FIRST_PORT = 40_001;

  /** A mapping expires this long after its last outbound datagram; typical of home routers. */
  private static final long MAPPING_TIMEOUT_MS = 30_000;

  private final SimulatedInternet internet;
  private InetAddress publicIp;
  private final Kind kind;
  private final Map<Mapping, Integer> publicPorts = new HashMap<>();
  private final Map<Integer, InetSocketAddress> internalEndpoints = new HashMap<>();
  private final Map<Filter, Long> lastOutboundMs = new HashMap<>();
  private int nextPort = FIRST_PORT;

  /** The port mapping of a NAT. */
  public enum Kind {
    /** One public port per internal endpoint (endpoint-independent mapping). */
    CONE,
    /** One public port per internal endpoint and destination (endpoint-dependent mapping). */
    SYMMETRIC
  }

  /** The destination is the internal endpoint itself where the mapping is endpoint-independent. */
  private record Mapping(InetSocketAddress internal, InetSocketAddress destination) {}

  private record Filter(int publicPort, InetSocketAddress remote) {}

  SimulatedNat(SimulatedInternet internet, InetAddress publicIp, Kind kind) {
    this.internet = internet;
    this.publicIp = publicIp;
    this.kind = kind;
  }

  void sendFromInside(SimulatedInternet.Datagram datagram) {
    InetSocketAddress from = datagram.from();
    InetSocketAddress to = datagram.to();
    InetSocketAddress destination = kind == Kind.SYMMETRIC ? to : from;
    int port = publicPorts.computeIfAbsent(new Mapping(from, destination), mapping -> nextPort++);
    internalEndpoints.put(port, from);
    lastOutboundMs.put(new Filter(port, to), internet.nowMs());
    var source = new InetSocketAddress(publicIp, port);
    internet.send(
        new SimulatedInternet.Datagram(source, to, datagram.bytes(), datagram.trafficClass()));
  }

  @Override
  public void receive(SimulatedInternet.Datagram datagram, long nowMs) {
    InetSocketAddress from = datagram.from();
    int port = datagram.to().getPort();
    InetSocketAddress internal = internalEndpoints.get(port);
    Long outboundMs = lastOutboundMs.get(new Filter(port, from));
    if (internal != null && outboundMs != null && nowMs - outboundMs <= MAPPING_TIMEOUT_MS) {
      internet.deliverInside(
          new SimulatedInternet.Datagram(
              from, internal, datagram.bytes(), datagram.trafficClass()));
    }
  }

  /** Changes the public address and removes all mappings. */
  public void changeAddress(String newPublicIp) {
    internet.route(publicIp, null);
    publicIp = Endpoints.parseIp(newPublicIp);
    internet.route(publicIp, this);
    restart();
  }

  /** Removes all mappings. */
  public void restart() {
    publicPorts.clear();
    internalEndpoints.clear();
    lastOutboundMs.clear();
  }
}
