// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;

/** A router that hides a private network behind one public address. */
public final class SimulatedNat implements SimulatedInternet.Receiver {
  private static final int FIRST_PORT = 40_001;

  /** After this silence of the inside, nothing from the outside is let in: many routers' value. */
  private static final long HOLE_LASTS_MS = 30_000;

  private final SimulatedInternet internet;
  private InetAddress publicIp;
  private final Kind kind;
  private final Map<Flow, Integer> ports = new HashMap<>();
  private final Map<Integer, InetSocketAddress> insiders = new HashMap<>();
  private final Map<Hole, Long> holes = new HashMap<>();
  private int nextPort = FIRST_PORT;

  /** How a NAT chooses ports and whom it lets in. */
  public enum Kind {
    /** One public port for each private one; only addresses and ports sent to may answer. */
    CONE,
    /** Another public port for each destination. */
    SYMMETRIC
  }

  private record Flow(InetSocketAddress inside, InetSocketAddress outsideOrAny) {}

  private record Hole(int port, InetSocketAddress outside) {}

  SimulatedNat(SimulatedInternet internet, InetAddress publicIp, Kind kind) {
    this.internet = internet;
    this.publicIp = publicIp;
    this.kind = kind;
  }

  void sendFromInside(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    InetSocketAddress key = kind == Kind.SYMMETRIC ? to : from;
    int port = ports.computeIfAbsent(new Flow(from, key), flow -> nextPort++);
    insiders.put(port, from);
    holes.put(new Hole(port, to), internet.nowMs());
    internet.send(new InetSocketAddress(publicIp, port), to, bytes);
  }

  @Override
  public void receive(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs) {
    InetSocketAddress inside = insiders.get(to.getPort());
    Long usedMs = holes.get(new Hole(to.getPort(), from));
    if (inside != null && usedMs != null && nowMs - usedMs <= HOLE_LASTS_MS) {
      internet.deliverInside(from, inside, bytes);
    }
  }

  /** Gets another public address from its provider, and forgets all mappings. */
  public void move(String newPublicIp) {
    internet.route(publicIp, null);
    publicIp = Endpoints.parseIp(newPublicIp);
    internet.route(publicIp, this);
    restart();
  }

  /** Forgets all mappings, as a router does that was switched off and on again. */
  public void restart() {
    ports.clear();
    insiders.clear();
    holes.clear();
  }
}
