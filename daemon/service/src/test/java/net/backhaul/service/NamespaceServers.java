// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Echo servers for TCP and UDP on a host, and attempts to reach those of another host. */
final class NamespaceServers implements AutoCloseable {
  private static final int MAX_BYTES = 65_536;

  private final NamespaceNode node;
  private final List<Closeable> sockets = new ArrayList<>();

  /** Listens on ports of all addresses of a host. */
  NamespaceServers(NamespaceNode node, List<Integer> tcpPorts, List<Integer> udpPorts)
      throws Exception {
    this.node = node;
    for (int port : tcpPorts) {
      ServerSocket server = node.here(() -> new ServerSocket(port));
      sockets.add(server);
      Thread.ofPlatform().daemon().start(() -> serve(server));
    }
    for (int port : udpPorts) {
      DatagramSocket socket = node.here(() -> new DatagramSocket(port));
      sockets.add(socket);
      Thread.ofPlatform().daemon().start(() -> serve(socket));
    }
  }

  private static void serve(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket connection = server.accept()) {
        connection.setSoTimeout(1_000);
        connection.getInputStream().transferTo(connection.getOutputStream());
      } catch (IOException nextMaySucceed) {
        // The client has gone, or the server is closed.
      }
    }
  }

  private static void serve(DatagramSocket socket) {
    var packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
    while (!socket.isClosed()) {
      try {
        packet.setLength(MAX_BYTES);
        socket.receive(packet);
        socket.send(packet);
      } catch (IOException nextMaySucceed) {
        // No way back, or the socket is closed.
      }
    }
  }

  /** Runs an attempt beside others from the same host. */
  private boolean attempt(Callable<Boolean> work) throws Exception {
    try {
      return node.beside(work).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException unreachable ? unreachable : e;
    }
  }

  /** Returns whether bytes to a TCP port come back; false if nothing answers in time. */
  boolean reachesTcp(InetSocketAddress to, int bytes, int waitMs) throws Exception {
    return attempt(() -> tcpEchoes(to, bytes, waitMs));
  }

  /** Returns whether bytes to a TCP port come back, from the host of the calling thread. */
  static boolean tcpEchoes(InetSocketAddress to, int bytes, int waitMs) throws IOException {
    try (var connection = new Socket()) {
      connection.connect(to, waitMs);
      connection.setSoTimeout(waitMs);
      byte[] sent = pattern(bytes);
      connection.getOutputStream().write(sent);
      connection.shutdownOutput();
      return Arrays.equals(sent, connection.getInputStream().readNBytes(bytes));
    } catch (SocketTimeoutException blocked) {
      return false;
    }
  }

  /** Returns whether a datagram to a UDP port comes back; false if nothing answers in time. */
  boolean reachesUdp(InetSocketAddress to, int bytes, int waitMs) throws Exception {
    return attempt(
        () -> {
          try (var socket = new DatagramSocket()) {
            return answers(socket, to, bytes, waitMs);
          }
        });
  }

  /** Returns whether a datagram of a socket comes back. */
  static boolean answers(DatagramSocket socket, InetSocketAddress to, int bytes, int waitMs)
      throws IOException {
    socket.setSoTimeout(waitMs);
    byte[] sent = pattern(bytes);
    socket.send(new DatagramPacket(sent, bytes, to));
    var answer = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
    try {
      socket.receive(answer);
      return Arrays.equals(sent, Arrays.copyOf(answer.getData(), answer.getLength()));
    } catch (SocketTimeoutException blocked) {
      return false;
    }
  }

  /** Returns whether an ICMP echo request is answered in time. */
  boolean reachesIcmp(InetAddress to, int waitMs) throws Exception {
    return attempt(() -> to.isReachable(waitMs));
  }

  private static byte[] pattern(int bytes) {
    byte[] pattern = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      pattern[i] = (byte) (i * 31);
    }
    return pattern;
  }

  @Override
  public void close() throws IOException {
    for (Closeable socket : sockets) {
      socket.close();
    }
  }
}
