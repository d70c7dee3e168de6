// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.protocol.identity.Identity;

/**
 * Peers of one root, each with a socket of its own. As much is on its way as a window permits, so
 * that the root is busy and its socket does not overflow.
 */
final class RootPeers implements AutoCloseable {
  private static final int PORT = 9993;

  /** First HELLOs on their way; the identity of each is validated. */
  private static final int FIRST_WINDOW = 32;

  private static final int HELLO_WINDOW = 256;
  private static final int RELAY_WINDOW = 512;

  /** Packets that a peer sends in a row, as one that sends a stream does. */
  private static final int BURST = 16;

  /** The time after which a HELLO is lost: the reference validates one in 2 s for each prefix. */
  private static final long REPEAT_MS = 2_500;

  private static final long FIRST_WITHIN_MS = 600_000;
  private static final long CONFIRM_WITHIN_MS = 60_000;

  /** Without an arrival for so long, what was on its way is lost. */
  private static final long LOST_MS = 200;

  /** The share of first HELLOs that is measured, so that one that is lost does not count. */
  private static final double MOST = 0.95;

  private static final long NANOS_PER_MS = 1_000_000;
  private static final double MS_PER_S = 1_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Identity root;
  private final InetSocketAddress endpoint;
  private final Selector selector = Selector.open();
  private final List<RootPeer> peers = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final long startNanos = System.nanoTime();
  private long arrived;
  private int repeats;

  RootPeers(Identity root, InetSocketAddress endpoint) throws IOException {
    this.root = root;
    this.endpoint = endpoint;
  }

  /**
   * What arrived in a time.
   *
   * @param count answers or packets
   */
  record Result(long count, double seconds) {
    double rate() {
      return count / seconds;
    }
  }

  private interface PeerTraffic {
    void sendFrom(RootPeer peer) throws IOException;
  }

  void add(Identity identity, InetAddress ip) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(ip, PORT));
    channel.connect(endpoint);
    channel.configureBlocking(false);
    var peer = new RootPeer(identity, root, channel);
    channel.register(selector, SelectionKey.OP_READ, peer);
    peers.add(peer);
    if (peers.size() % 2 == 0) {
      RootPeer partner = peers.get(peers.size() - 2);
      peer.setPartner(partner);
      partner.setPartner(peer);
    }
  }

  /** Returns how many first HELLOs were sent again. */
  int repeats() {
    return repeats;
  }

  /** Sends first HELLOs until most of them are answered. */
  Result sayFirstHellos() throws IOException {
    long beganMs = nowMs();
    int most = (int) Math.ceil(peers.size() * MOST);
    var waiting = new ArrayList<RootPeer>();
    for (int next = 0; next - waiting.size() < most; ) {
      if (nowMs() - beganMs > FIRST_WITHIN_MS) {
        throw new IOException(next - waiting.size() + " peers got an OK(HELLO)");
      }
      while (next < peers.size() && waiting.size() < FIRST_WINDOW) {
        RootPeer peer = peers.get(next++);
        peer.sayHello(endpoint, nowMs());
        waiting.add(peer);
      }
      receive(1);
      waiting.removeIf(peer -> !peer.awaitsAnswer());
      for (RootPeer peer : waiting) {
        if (nowMs() - peer.helloMs() > REPEAT_MS) {
          peer.sayHello(endpoint, nowMs());
          repeats++;
        }
      }
    }
    return new Result(most, (nowMs() - beganMs) / MS_PER_S);
  }

  /** Says HELLO until the root has asked every peer to confirm its path. */
  void confirm() throws IOException {
    long endMs = nowMs() + CONFIRM_WITHIN_MS;
    while (!peers.stream().allMatch(WirePeer::isConfirmed)) {
      if (nowMs() >= endMs) {
        long confirmed = peers.stream().filter(WirePeer::isConfirmed).count();
        throw new IOException(confirmed + " of " + peers.size() + " peers confirmed their path");
      }
      for (RootPeer peer : peers) {
        if (!peer.isConfirmed() && nowMs() - peer.helloMs() > REPEAT_MS) {
          peer.sayHello(endpoint, nowMs());
          receive(0);
        }
      }
      receive(1);
    }
  }

  /** Says further HELLOs. */
  Result sayHellos(int seconds) throws IOException {
    int window = Math.min(HELLO_WINDOW, peers.size());
    return keepBusy(seconds, window, 1, peer -> peer.sayHello(endpoint, nowMs()));
  }

  /** Sends packets from each peer to its partner. */
  Result relay(int seconds) throws IOException {
    return keepBusy(seconds, RELAY_WINDOW, BURST, RootPeer::sendToPartner);
  }

  /** Lets the peers send in turn. */
  private Result keepBusy(int seconds, int window, int burst, PeerTraffic traffic)
      throws IOException {
    long before = arrived;
    long startMs = nowMs();
    long endMs = startMs + seconds * (long) MS_PER_S;
    long underWay = 0;
    long arrivalMs = startMs;
    for (int next = 0; nowMs() < endMs; ) {
      while (underWay + burst <= window) {
        for (int i = 0; i < burst; i++) {
          traffic.sendFrom(peers.get(next));
        }
        underWay += burst;
        next = (next + 1) % peers.size();
      }
      long seen = arrived;
      receive(1);
      if (arrived > seen) {
        underWay = Math.max(0, underWay - (arrived - seen));
        arrivalMs = nowMs();
      } else if (nowMs() - arrivalMs > LOST_MS) {
        underWay = 0;
        arrivalMs = nowMs();
      }
    }
    var result = new Result(arrived - before, (nowMs() - startMs) / MS_PER_S);
    for (long untilMs = nowMs() + LOST_MS; nowMs() < untilMs; ) {
      receive(1);
    }
    return result;
  }

  private void receive(long waitMs) throws IOException {
    if ((waitMs == 0 ? selector.selectNow() : selector.select(waitMs)) == 0) {
      return;
    }
    for (SelectionKey key : selector.selectedKeys()) {
      var peer = (RootPeer) key.attachment();
      long before = peer.arrived();
      buffer.clear();
      while (((DatagramChannel) key.channel()).read(buffer) > 0) {
        peer.receive(Arrays.copyOf(buffer.array(), buffer.position()), nowMs());
        buffer.clear();
      }
      arrived += peer.arrived() - before;
    }
    selector.selectedKeys().clear();
  }

  private long nowMs() {
    return (System.nanoTime() - startNanos) / NANOS_PER_MS;
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
