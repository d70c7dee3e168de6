// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A router that hides a private network behind one public address. */
public final class SimulatedNat implements SimulatedInternet.Receiver {
  private static final int FIRST_PORT = 40_001;

  private final SimulatedInternet internet;
  private final InetAddress publicIp;
  private final Kind kind;
  private final Map<Flow, Integer> ports = new HashMap<>();
  private final Map<Integer, InetSocketAddress> insiders = new HashMap<>();
  private final Set<Hole> holes = new HashSet<>();
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
    holes.add(new Hole(port, to));
    internet.send(new InetSocketAddress(publicIp, port), to, bytes);
  }

  @Override
  public void receive(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs) {
    InetSocketAddress inside = insiders.get(to.getPort());
    if (inside != null && holes.contains(new Hole(to.getPort(), from))) {
      internet.deliverInside(from, inside, bytes);
    }
  }

  /** Forgets all mappings, as a router does that was switched off and on again. */
  public void restart() {
    ports.clear();
    insiders.clear();
    holes.clear();
  }
}
