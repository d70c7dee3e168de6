// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.BulkSender;

/** Streams and datagrams between two hosts, all at once, each of them checked byte for byte. */
final class Traffic {
  private static final int STREAM_BYTES = 4_000_000;
  private static final int MAX_WRITE_BYTES = 65_000;
  private static final int DATAGRAMS = 150;
  private static final int MAX_DATAGRAM_BYTES = 8_000;
  private static final int BULKS = 60;
  private static final int MAX_BULK_DATAGRAMS = 30;
  private static final int MAX_BULK_BYTES = 20_000;
  private static final int ANSWER_WITHIN_MS = 60_000;

  /** Memory that a socket certainly has for datagrams that are not read. */
  private static final int WINDOW_BYTES = 100_000;

  /** Memory per datagram beside its bytes, which may take twice their length. */
  private static final int DATAGRAM_COSTS_BYTES = 1_200;

  private final ExecutorService workers;
  private final List<CompletableFuture<?>> all = new ArrayList<>();

  private interface Work {
    void run() throws Exception;
  }

  Traffic(ExecutorService workers) {
    this.workers = workers;
  }

  /** Begins all flows in both directions and both families; what they carry follows from a seed. */
  CompletableFuture<Void> start(DeviceHost one, DeviceHost other, long seed) throws Exception {
    long flow = seed * 100;
    for (boolean v4 : new boolean[] {true, false}) {
      for (DeviceHost from : new DeviceHost[] {one, other}) {
        DeviceHost to = from == one ? other : one;
        InetAddress at = v4 ? to.v4 : to.v6;
        startStream(from, to, at, flow++);
        startStream(from, to, at, flow++);
        startDatagrams(from, to, at, flow++);
        startBulks(from, to, at, flow++);
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private void startStream(DeviceHost from, DeviceHost to, InetAddress at, long seed)
      throws Exception {
    ServerSocketChannel door =
        to.here(() -> ServerSocketChannel.open().bind(new InetSocketAddress(at, 0)));
    SocketChannel in = from.here(SocketChannel::open);
    SocketAddress target = door.getLocalAddress();
    work(
        () -> {
          try (in) {
            in.connect(target);
            byte[] bytes = streamBytes(seed);
            var random = new Random(seed);
            for (int at0 = 0; at0 < bytes.length; ) {
              int count = Math.min(1 + random.nextInt(MAX_WRITE_BYTES), bytes.length - at0);
              in.write(ByteBuffer.wrap(bytes, at0, count));
              at0 += count;
            }
          }
        });
    work(
        () -> {
          try (door;
              SocketChannel out = door.accept();
              InputStream stream = out.socket().getInputStream()) {
            assertArrayEquals(streamBytes(seed), stream.readAllBytes(), "stream " + seed);
          }
        });
  }

  private void startDatagrams(DeviceHost from, DeviceHost to, InetAddress at, long seed)
      throws Exception {
    DatagramChannel door = door(to, at);
    DatagramChannel in = from.here(() -> DatagramChannel.open());
    var window = new Semaphore(WINDOW_BYTES);
    work(
        () -> {
          try (in) {
            SocketAddress target = door.getLocalAddress();
            var random = new Random(seed);
            for (int i = 0; i < DATAGRAMS; i++) {
              byte[] bytes = datagram(random);
              acquire(window, cost(bytes.length, bytes.length));
              in.send(ByteBuffer.wrap(bytes), target);
            }
          }
        });
    work(
        () -> {
          try (door) {
            var random = new Random(seed);
            for (int i = 0; i < DATAGRAMS; i++) {
              byte[] expected = datagram(random);
              assertArrayEquals(expected, receive(door), "datagram " + i + " of flow " + seed);
              window.release(cost(expected.length, expected.length));
            }
          }
        });
  }

  private void startBulks(DeviceHost from, DeviceHost to, InetAddress at, long seed)
      throws Exception {
    DatagramChannel door = door(to, at);
    var receiver = (InetSocketAddress) door.getLocalAddress();
    BulkSender sender = from.here(() -> new BulkSender(receiver));
    var window = new Semaphore(WINDOW_BYTES);
    work(
        () -> {
          try (sender) {
            var random = new Random(seed);
            for (int i = 0; i < BULKS; i++) {
              int each = bulkBytes(random);
              byte[] bytes = bulk(random, each);
              acquire(window, cost(bytes.length, each));
              assertEquals(0, sender.send(bytes, each), "errno");
            }
          }
        });
    work(
        () -> {
          try (door) {
            var random = new Random(seed);
            for (int i = 0; i < BULKS; i++) {
              int each = bulkBytes(random);
              byte[] bytes = bulk(random, each);
              for (int start = 0; start < bytes.length; start += each) {
                byte[] expected =
                    Arrays.copyOfRange(bytes, start, Math.min(start + each, bytes.length));
                assertArrayEquals(expected, receive(door), "bulk " + i + " of flow " + seed);
              }
              window.release(cost(bytes.length, each));
            }
          }
        });
  }

  private void work(Work work) {
    all.add(
        CompletableFuture.runAsync(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            },
            workers));
  }

  private static DatagramChannel door(DeviceHost host, InetAddress at) throws Exception {
    DatagramChannel door =
        host.here(() -> DatagramChannel.open().bind(new InetSocketAddress(at, 0)));
    door.socket().setSoTimeout(ANSWER_WITHIN_MS);
    return door;
  }

  private static int cost(int bytes, int eachBytes) {
    return 2 * bytes + (bytes + eachBytes - 1) / eachBytes * DATAGRAM_COSTS_BYTES;
  }

  private static void acquire(Semaphore window, int bytes) throws InterruptedException {
    assertEquals(
        true, window.tryAcquire(bytes, ANSWER_WITHIN_MS, TimeUnit.MILLISECONDS), "no answer");
  }

  private static byte[] receive(DatagramChannel door) throws Exception {
    var packet = new DatagramPacket(new byte[65_536], 65_536);
    door.socket().receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static byte[] streamBytes(long seed) {
    byte[] bytes = new byte[STREAM_BYTES];
    new Random(~seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] datagram(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(MAX_DATAGRAM_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static int bulkBytes(Random random) {
    return 1 + random.nextInt(random.nextBoolean() ? 100 : 1_300);
  }

  private static byte[] bulk(Random random, int each) {
    int most = Math.min(each * MAX_BULK_DATAGRAMS, MAX_BULK_BYTES);
    byte[] bytes = new byte[1 + random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }
}
