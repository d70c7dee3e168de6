// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;

/** The connections of a host to TCP relays, which open at once. */
final class SimulatedRelayClient {
  private final List<InetSocketAddress> relays = new ArrayList<>();
  private List<LocalSocket> open = List.of();
  private boolean changed;
  private boolean muted;

  /** Each connection has a number of its own. */
  private int nextNumber = LocalSocket.FIRST_RELAY;

  void add(InetSocketAddress relay) {
    relays.add(relay);
  }

  void connect() {
    muted = false;
    if (open.size() == relays.size()) {
      return;
    }
    var all = new ArrayList<LocalSocket>();
    for (InetSocketAddress relay : relays) {
      all.add(new LocalSocket(nextNumber++, relay));
    }
    open = all;
    changed = true;
  }

  void mute() {
    muted = true;
  }

  void close(int kept) {
    changed = !open.isEmpty();
    open = open.stream().filter(each -> each.number() == kept).toList();
  }

  boolean hasChanged() {
    return changed;
  }

  List<LocalSocket> takeOpen() {
    changed = false;
    return open;
  }

  /** Returns the number of the connection to an endpoint, or {@link Output#ALL_SOCKETS}. */
  int numberOf(InetSocketAddress relay) {
    return open.stream()
        .filter(each -> each.address().equals(relay))
        .mapToInt(LocalSocket::number)
        .findFirst()
        .orElse(Output.ALL_SOCKETS);
  }

  /** Sends the datagrams of a run that relays carry. */
  void send(DatagramRun run, InetSocketAddress from, SimulatedSegment segment) {
    for (LocalSocket relay : muted ? List.<LocalSocket>of() : open) {
      boolean over = run.socket() == relay.number() || run.socket() == Output.ALL_SOCKETS;
      if (!over || !LocalSocket.relays(relay.address(), run.endpoint())) {
        continue;
      }
      for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
        int end = Math.min(at + run.segmentBytes(), run.end());
        byte[] bytes = Arrays.copyOfRange(run.bytes(), at, end);
        byte[] record = SimulatedRelay.record(run.endpoint(), bytes);
        segment.send(new SimulatedInternet.Datagram(from, relay.address(), record, 0));
      }
    }
  }

  /** Adds what a relay has sent to a batch; returns false where that is nothing. */
  boolean read(int number, byte[] record, DatagramBatch batch) {
    byte[] bytes = SimulatedRelay.packet(record);
    System.arraycopy(bytes, 0, batch.bytes(), 0, bytes.length);
    batch.add(number, SimulatedRelay.endpoint(record), bytes.length);
    return true;
  }
}
