// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecordView;
import net.backhaul.protocol.relay.RelayRecords;

/**
 * A TCP relay with a public address (02 section 4.7). The records of a connection travel one by
 * one, between the client and a port of the relay, and firewalls let them pass.
 */
public final class SimulatedRelay implements SimulatedInternet.DatagramSink {
  static final int PORT = 443;
  private static final int FIRST_UDP_PORT = 50_001;

  private final SimulatedInternet internet;
  private final InetAddress ip;
  private final Map<InetSocketAddress, Integer> ports = new HashMap<>();
  private final Map<Integer, InetSocketAddress> clients = new HashMap<>();
  private boolean stalls;
  private boolean replays;
  private byte[] latest = {};
  private long relayed;

  SimulatedRelay(SimulatedInternet internet, InetAddress ip) {
    this.internet = internet;
    this.ip = ip;
  }

  /** Returns where it accepts connections. */
  public InetSocketAddress endpoint() {
    return new InetSocketAddress(ip, PORT);
  }

  /** Sets whether it accepts connections but forwards nothing. */
  public void stall(boolean whether) {
    stalls = whether;
  }

  /** Sets whether it sends its clients what it has sent last, and forwards nothing. */
  public void replay(boolean whether) {
    replays = whether;
  }

  /** Returns how many datagrams it has forwarded. */
  public long relayed() {
    return relayed;
  }

  @Override
  public void receive(SimulatedInternet.Datagram datagram, long nowMs) {
    if (stalls) {
      return;
    }
    if (replays && datagram.to().getPort() == PORT && latest.length > 0) {
      forward(endpoint(), datagram.from(), latest);
      return;
    }
    if (datagram.to().getPort() == PORT) {
      int port = ports.computeIfAbsent(datagram.from(), from -> FIRST_UDP_PORT + ports.size());
      clients.put(port, datagram.from());
      forward(
          new InetSocketAddress(ip, port), endpoint(datagram.bytes()), packet(datagram.bytes()));
      return;
    }
    InetSocketAddress client = clients.get(datagram.to().getPort());
    if (client != null) {
      latest = record(datagram.from(), datagram.bytes());
      forward(endpoint(), client, latest);
    }
  }

  private void forward(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    relayed++;
    internet.send(new SimulatedInternet.Datagram(from, to, bytes, 0));
  }

  /** Returns the record of a packet from or to an endpoint. */
  static byte[] record(InetSocketAddress endpoint, byte[] packet) {
    var out = new WireWriter();
    RelayRecords.writePacket(out, endpoint, packet, 0, packet.length);
    return out.toByteArray();
  }

  static InetSocketAddress endpoint(byte[] record) {
    return view(record).endpoint();
  }

  static byte[] packet(byte[] record) {
    RelayRecordView view = view(record);
    return new WireReader(record, view.packetStart(), view.packetLength())
        .bytes(view.packetLength());
  }

  private static RelayRecordView view(byte[] record) {
    var view = new RelayRecordView();
    view.wrap(record, 0, record.length);
    return view;
  }
}
