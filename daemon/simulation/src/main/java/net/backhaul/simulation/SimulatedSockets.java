// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.Ecn;
import org.jspecify.annotations.Nullable;

/** The link of a host, and what it has there: a UDP socket, temporary ones, and TCP relays. */
final class SimulatedSockets {
  private static final int BATCH_BYTES = 65_536;
  private static final int FIRST_TEMPORARY_PORT = 20_001;

  private final SimulatedRelayClient relays = new SimulatedRelayClient();
  private final DatagramBatch received = new DatagramBatch(BATCH_BYTES);
  private InetSocketAddress address;
  private SimulatedSegment segment;

  /** The number of the socket; another address has another one. */
  private int number;

  /** The temporary sockets by their numbers. */
  private final Map<Integer, LocalSocket> temporary = new LinkedHashMap<>();

  private int temporaryMade;
  private boolean temporaryChanged;
  private int mostTemporary;

  private boolean isDisconnected;

  /** Whether a firewall drops UDP datagrams; TCP passes. */
  private boolean isUdpBlocked;

  SimulatedSockets(InetSocketAddress address, SimulatedSegment segment) {
    this.address = address;
    this.segment = segment;
  }

  InetSocketAddress address() {
    return address;
  }

  SimulatedRelayClient relays() {
    return relays;
  }

  /** Attaches a host to another segment, with another address and a socket of it. */
  void move(String ip, SimulatedSegment to, SimulatedInternet.DatagramSink host) {
    segment.route(address.getAddress(), null);
    address = new InetSocketAddress(Endpoints.parseIp(ip), address.getPort());
    segment = to;
    segment.route(address.getAddress(), host);
    number++;
    closeAllTemporary();
  }

  void disconnect(boolean whether) {
    isDisconnected = whether;
  }

  void blockUdp(boolean whether) {
    isUdpBlocked = whether;
  }

  /** Returns the socket that can be used, unless the link is down. */
  List<LocalSocket> usable() {
    return isDisconnected ? List.of() : List.of(new LocalSocket(number, address));
  }

  // Temporary sockets.

  void openTemporary(int like, int count) {
    for (int i = 0; i < count && like == number; i++) {
      int made = temporaryMade++;
      var local = new InetSocketAddress(address.getAddress(), FIRST_TEMPORARY_PORT + made % 40_000);
      var socket = new LocalSocket(LocalSocket.FIRST_TEMPORARY + made, local);
      temporary.put(socket.number(), socket);
      temporaryChanged = true;
    }
    mostTemporary = Math.max(mostTemporary, temporary.size());
  }

  void closeTemporary(List<Integer> numbers) {
    temporaryChanged |= temporary.keySet().removeAll(numbers);
  }

  void closeAllTemporary() {
    temporaryChanged |= !temporary.isEmpty();
    temporary.clear();
  }

  boolean hasTemporaryChanged() {
    return temporaryChanged;
  }

  List<LocalSocket> takeTemporary() {
    temporaryChanged = false;
    return List.copyOf(temporary.values());
  }

  /** Returns how many temporary sockets are open. */
  int temporary() {
    return temporary.size();
  }

  /** Returns how many of them were open at once. */
  int mostTemporary() {
    return mostTemporary;
  }

  // Datagrams.

  /** Sends datagrams from their socket, over a relay or, from the ordinary ones, over all. */
  void send(DatagramRun run) {
    if (isDisconnected) {
      return;
    }
    InetSocketAddress from = address(run.socket());
    for (int at = run.start();
        from != null && !isUdpBlocked && at < run.end();
        at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      byte[] bytes = Arrays.copyOfRange(run.bytes(), at, end);
      segment.send(new SimulatedInternet.Datagram(from, run.endpoint(), bytes, run.trafficClass()));
    }
    relays.send(run, address, segment);
  }

  private @Nullable InetSocketAddress address(int socket) {
    if (socket == number || socket == Output.ALL_SOCKETS) {
      return address;
    }
    LocalSocket found = temporary.get(socket);
    return found == null ? null : found.address();
  }

  /** Returns the batch with a datagram that a socket or relay receives; an empty one if none. */
  DatagramBatch receive(SimulatedInternet.Datagram datagram) {
    received.clear();
    if (isDisconnected) {
      return received;
    }
    int relay = relays.numberOf(datagram.from());
    if (relay != Output.ALL_SOCKETS) {
      relays.read(relay, datagram.bytes(), received);
      return received;
    }
    int socket = socketOf(datagram.to().getPort());
    if (!isUdpBlocked && socket != Output.ALL_SOCKETS) {
      byte[] bytes = datagram.bytes();
      System.arraycopy(bytes, 0, received.bytes(), 0, bytes.length);
      received.add(socket, datagram.from(), bytes.length, datagram.trafficClass() & Ecn.MASK);
    }
    return received;
  }

  private int socketOf(int port) {
    if (port == address.getPort()) {
      return number;
    }
    for (LocalSocket each : temporary.values()) {
      if (each.address().getPort() == port) {
        return each.number();
      }
    }
    return Output.ALL_SOCKETS;
  }
}
