// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetSocketAddress;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.Endpoints;

/** An interface of a host: its segment, and the UDP socket that is bound to its address. */
final class SimulatedInterface {
  private LocalSocket socket;
  private SimulatedSegment segment;
  private boolean isDown;

  SimulatedInterface(LocalSocket socket, SimulatedSegment segment) {
    this.socket = socket;
    this.segment = segment;
  }

  LocalSocket socket() {
    return socket;
  }

  InetSocketAddress address() {
    return socket.address();
  }

  SimulatedSegment segment() {
    return segment;
  }

  boolean isDown() {
    return isDown;
  }

  void down(boolean whether) {
    isDown = whether;
  }

  void attach(SimulatedInternet.DatagramSink host) {
    segment.route(address().getAddress(), host);
  }

  void detach() {
    segment.route(address().getAddress(), null);
  }

  /** Attaches it to another segment, with another address and a socket of it. */
  void move(String ip, SimulatedSegment to, int number, SimulatedInternet.DatagramSink host) {
    detach();
    var address = new InetSocketAddress(Endpoints.parseIp(ip), address().getPort());
    socket = new LocalSocket(number, address, socket.device());
    segment = to;
    attach(host);
  }
}
