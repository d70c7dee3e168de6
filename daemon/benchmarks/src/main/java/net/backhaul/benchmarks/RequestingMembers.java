// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
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
import org.jspecify.annotations.Nullable;

/** Members, each with a socket of its own, that send requests to one controller in turn. */
final class RequestingMembers implements AutoCloseable {
  /** A controller answers a member once a second (03 section 1.4). */
  private static final long INTERVAL_MS = 1_050;

  /** The same in each run: the controller answers where it has confirmed a path. */
  private static final int PORT = 9993;

  private static final long HELLO_INTERVAL_MS = 2_000;
  private static final long CONNECT_WITHIN_MS = 600_000;
  private static final long LAST_ANSWERS_MS = 5_000;
  private static final long PROGRESS_MS = 5_000;
  private static final long NANOS_PER_MS = 1_000_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Identity controller;
  private final InetSocketAddress endpoint;
  private final long network;
  private final Selector selector = Selector.open();
  private final List<RequestingMember> members = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final long startNanos = System.nanoTime();

  RequestingMembers(Identity controller, InetSocketAddress endpoint, long network)
      throws IOException {
    this.controller = controller;
    this.endpoint = endpoint;
    this.network = network;
  }

  void add(Identity identity, InetAddress ip) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(ip, PORT));
    channel.connect(endpoint);
    channel.configureBlocking(false);
    var member = new RequestingMember(identity, controller, channel);
    channel.register(selector, SelectionKey.OP_READ, member);
    members.add(member);
  }

  /** Sends HELLOs until the controller has answered every member. */
  void connect(PrintStream progress) throws IOException {
    long endMs = nowMs() + CONNECT_WITHIN_MS;
    long nextMs = nowMs();
    long reportMs = nowMs() + PROGRESS_MS;
    int connected = 0;
    while (connected < members.size()) {
      if (nowMs() >= endMs) {
        throw new IOException(connected + " of " + members.size() + " members got an OK(HELLO)");
      }
      if (nowMs() >= nextMs) {
        for (RequestingMember member : members) {
          if (!member.isConnected()) {
            member.hello(endpoint, nowMs());
            receive(0);
          }
        }
        nextMs = nowMs() + HELLO_INTERVAL_MS;
      }
      receive(1);
      connected = (int) members.stream().filter(RequestingMember::isConnected).count();
      if (nowMs() >= reportMs) {
        progress.println("connected: " + connected + " of " + members.size());
        reportMs = nowMs() + PROGRESS_MS;
      }
    }
  }

  /** Sends requests for a time; returns what came back as JSON. */
  String load(int seconds, PrintStream progress) throws IOException {
    progress.println("requests: " + members.size() * 1000L / INTERVAL_MS + " a second");
    long beganMs = nowMs();
    long endMs = beganMs + seconds * 1_000L;
    long sent = 0;
    while (nowMs() < endMs) {
      long due = (nowMs() - beganMs) * members.size() / INTERVAL_MS;
      while (sent < due) {
        members.get((int) (sent++ % members.size())).request(network);
        receive(0);
      }
      receive(1);
    }
    for (long untilMs = nowMs() + LAST_ANSWERS_MS; nowMs() < untilMs; ) {
      receive(1);
    }
    return summary(sent, seconds);
  }

  private String summary(long sent, int seconds) {
    long[] latencies =
        members.stream().flatMapToLong(RequestingMember::latenciesNanos).sorted().toArray();
    long errors = members.stream().mapToLong(RequestingMember::errors).sum();
    return String.format(
        "{\"requests\": %d, \"answers\": %d, \"errors\": %d, \"rate\": %.0f, \"p50\": %s, \"p99\":"
            + " %s}",
        sent,
        latencies.length,
        errors,
        (double) latencies.length / seconds,
        percentile(latencies, 0.50),
        percentile(latencies, 0.99));
  }

  private static @Nullable String percentile(long[] sorted, double share) {
    if (sorted.length == 0) {
      return null;
    }
    int index = (int) Math.min(sorted.length - 1L, Math.round(sorted.length * share));
    return String.format("%.2f", (double) sorted[index] / NANOS_PER_MS);
  }

  private void receive(long waitMs) throws IOException {
    if ((waitMs == 0 ? selector.selectNow() : selector.select(waitMs)) == 0) {
      return;
    }
    for (SelectionKey key : selector.selectedKeys()) {
      var member = (RequestingMember) key.attachment();
      buffer.clear();
      while (((DatagramChannel) key.channel()).read(buffer) > 0) {
        member.receive(Arrays.copyOf(buffer.array(), buffer.position()), nowMs());
        buffer.clear();
      }
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
