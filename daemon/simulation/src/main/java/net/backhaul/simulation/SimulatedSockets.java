// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayList;
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

/** The interfaces of a host, each with a UDP socket, and its temporary ones and TCP relays. */
final class SimulatedSockets {
  private static final int BATCH_BYTES = 16_384;
  private static final int FIRST_TEMPORARY_PORT = 20_001;

  private final SimulatedRelayClient relays = new SimulatedRelayClient();
  private final DatagramBatch received = new DatagramBatch(BATCH_BYTES);

  /** The first one has the address by which tests name the host. */
  private final List<SimulatedInterface> interfaces = new ArrayList<>();

  /** The number of the next socket; another address has another one. */
  private int nextNumber;

  /** The temporary sockets by their numbers, and what they are bound to. */
  private final Map<Integer, Temporary> temporary = new LinkedHashMap<>();

  private int temporaryMade;
  private boolean temporaryChanged;
  private int mostTemporary;

  private boolean isDisconnected;

  /** Whether a firewall drops UDP datagrams; TCP passes. */
  private boolean isUdpBlocked;

  private record Temporary(LocalSocket socket, SimulatedInterface like) {}

  SimulatedSockets(InetSocketAddress address, SimulatedSegment segment) {
    interfaces.add(new SimulatedInterface(socket(address), segment));
  }

  /** Makes the socket of the next interface: eth0, eth1 and so on. */
  private LocalSocket socket(InetSocketAddress address) {
    return new LocalSocket(nextNumber++, address, "eth" + interfaces.size());
  }

  InetSocketAddress address() {
    return interfaces.getFirst().address();
  }

  SimulatedRelayClient relays() {
    return relays;
  }

  // Interfaces.

  /** Attaches the first interface. */
  void attach(SimulatedInternet.DatagramSink host) {
    interfaces.getFirst().attach(host);
  }

  /** Adds an interface with the port of the first one. */
  void add(String ip, SimulatedSegment segment, SimulatedInternet.DatagramSink host) {
    var address = new InetSocketAddress(Endpoints.parseIp(ip), address().getPort());
    var added = new SimulatedInterface(socket(address), segment);
    added.attach(host);
    interfaces.add(added);
  }

  /** Attaches the first interface to another segment, with another address and a socket of it. */
  void move(String ip, SimulatedSegment to, SimulatedInternet.DatagramSink host) {
    interfaces.getFirst().move(ip, to, nextNumber++, host);
    closeAllTemporary();
  }

  /** Sets the interface with an address down or up. */
  void down(String ip, boolean down) {
    interfaces.stream()
        .filter(each -> each.address().getAddress().equals(Endpoints.parseIp(ip)))
        .findFirst()
        .orElseThrow()
        .down(down);
  }

  void disconnect(boolean whether) {
    isDisconnected = whether;
  }

  void blockUdp(boolean whether) {
    isUdpBlocked = whether;
  }

  /** Returns the sockets that can be used, those of interfaces that are up. */
  List<LocalSocket> usable() {
    return interfaces.stream()
        .filter(each -> !isDisconnected && !each.isDown())
        .map(SimulatedInterface::socket)
        .toList();
  }

  private @Nullable SimulatedInterface byNumber(int number) {
    for (SimulatedInterface each : interfaces) {
      if (each.socket().number() == number) {
        return each;
      }
    }
    return null;
  }

  // Temporary sockets.

  void openTemporary(int like, int count) {
    SimulatedInterface bound = byNumber(like);
    for (int i = 0; i < count && bound != null; i++) {
      int made = temporaryMade++;
      var local =
          new InetSocketAddress(bound.address().getAddress(), FIRST_TEMPORARY_PORT + made % 40_000);
      var socket = new LocalSocket(LocalSocket.FIRST_TEMPORARY + made, local);
      temporary.put(socket.number(), new Temporary(socket, bound));
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
    return temporary.values().stream().map(Temporary::socket).toList();
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
    if (run.socket() == Output.ALL_SOCKETS) {
      interfaces.forEach(each -> send(run, each, each.address()));
    } else {
      SimulatedInterface from = byNumber(run.socket());
      Temporary other = temporary.get(run.socket());
      if (from != null) {
        send(run, from, from.address());
      } else if (other != null) {
        send(run, other.like, other.socket.address());
      }
    }
    relays.send(run, address(), interfaces.getFirst().segment());
  }

  private void send(DatagramRun run, SimulatedInterface over, InetSocketAddress from) {
    boolean sameFamily = from.getAddress().getClass() == run.endpoint().getAddress().getClass();
    if (isUdpBlocked || over.isDown() || !sameFamily) {
      return;
    }
    for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      byte[] bytes = Arrays.copyOfRange(run.bytes(), at, end);
      over.segment()
          .send(new SimulatedInternet.Datagram(from, run.endpoint(), bytes, run.trafficClass()));
    }
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
    int socket = socketOf(datagram.to());
    if (!isUdpBlocked && socket != Output.ALL_SOCKETS) {
      byte[] bytes = datagram.bytes();
      System.arraycopy(bytes, 0, received.bytes(), 0, bytes.length);
      received.add(socket, datagram.from(), bytes.length, datagram.trafficClass() & Ecn.MASK);
    }
    return received;
  }

  private int socketOf(InetSocketAddress to) {
    for (SimulatedInterface each : interfaces) {
      if (each.address().equals(to)) {
        return each.isDown() ? Output.ALL_SOCKETS : each.socket().number();
      }
    }
    for (Temporary each : temporary.values()) {
      if (each.socket.address().equals(to)) {
        return each.socket.number();
      }
    }
    return Output.ALL_SOCKETS;
  }
}
