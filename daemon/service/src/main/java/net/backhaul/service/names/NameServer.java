// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import net.backhaul.service.NodeLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP socket on an address of loopback that answers DNS queries, on a thread of its own.
 *
 * <p>There is no TCP: every answer to a client with EDNS fits into a datagram.
 */
final class NameServer implements AutoCloseable {
  /**
   * The first of the addresses that are tried: each daemon on a host has its own. Its middle octets
   * are the mark of the daemon's sockets.
   */
  static final byte[] FIRST_ADDRESS = {127, 90, 84, 53};

  /** The number of addresses that are tried, one after the other. */
  static final int ADDRESSES = 8;

  static final int PORT = 53;

  /** Maximum queries answered per second; further ones are dropped. */
  static final int MAX_QUERIES_PER_SECOND = 5_000;

  private static final Logger log = LoggerFactory.getLogger(NameServer.class);
  private static final int MAX_QUERY_BYTES = 1_232;

  private final DatagramSocket socket;
  private final Supplier<NameTable> names;
  private final QueryLimit limit;
  private final NameCounters counters;
  private final Thread thread;

  private NameServer(
      DatagramSocket socket, Supplier<NameTable> names, QueryLimit limit, NameCounters counters) {
    this.limit = limit;
    this.socket = socket;
    this.names = names;
    this.counters = counters;
    thread = new Thread(this::run, "names");
    thread.setDaemon(true);
  }

  /**
   * Starts a server.
   *
   * @param port the port on each of the addresses; 0 for any one, in tests
   * @param limit of queries that are answered; used by the server's thread
   * @throws IOException if it can be bound to none of the addresses
   */
  static NameServer open(
      int port, Supplier<NameTable> names, QueryLimit limit, NameCounters counters)
      throws IOException {
    IOException failure = new IOException("no address");
    for (int i = 0; i < ADDRESSES; i++) {
      byte[] ip = FIRST_ADDRESS.clone();
      ip[3] += (byte) i;
      try {
        var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByAddress(ip), port));
        var server = new NameServer(socket, names, limit, counters);
        server.thread.start();
        return server;
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void run() {
    var packet = new DatagramPacket(new byte[MAX_QUERY_BYTES], MAX_QUERY_BYTES);
    try {
      while (true) {
        packet.setLength(MAX_QUERY_BYTES);
        socket.receive(packet);
        if (packet.getAddress().isLoopbackAddress() && limit.accept(NodeLoop.nowMs())) {
          answer(packet);
        } else {
          counters.dropped.incrementAndGet();
        }
      }
    } catch (IOException e) {
      if (!socket.isClosed()) {
        log.error("names of members are no longer resolved: {}", e.getMessage());
        socket.close();
      }
    }
  }

  private void answer(DatagramPacket packet) {
    NameResponder.@Nullable Answer answer =
        NameResponder.answer(packet.getData(), packet.getLength(), names.get());
    if (answer == null) {
      counters.dropped.incrementAndGet();
      return;
    }
    counter(answer.code()).incrementAndGet();
    try {
      socket.send(
          new DatagramPacket(answer.bytes(), answer.bytes().length, packet.getSocketAddress()));
    } catch (IOException e) {
      log.debug("an answer was not sent", e);
    }
  }

  private AtomicLong counter(NameResponder.Code code) {
    return switch (code) {
      case NO_ERROR -> counters.answered;
      case NAME_ERROR -> counters.unknown;
      case FORMAT_ERROR, NOT_IMPLEMENTED, REJECTED, BAD_VERSION -> counters.rejected;
    };
  }

  @Override
  public void close() {
    socket.close();
  }
}
