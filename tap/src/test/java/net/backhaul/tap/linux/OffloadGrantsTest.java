// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapException;
import net.backhaul.testing.BulkSender;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

/** The kernel of this host adheres to every combination of offloads that it grants. */
class OffloadGrantsTest {
  private static final int MTU_BYTES = 2_800;
  private static final int STREAM_BYTES = 400_000;
  private static final int DATAGRAM_BYTES = 1_000;
  private static final int DATAGRAMS = 40;
  private static final int UFO = 0x10;
  private static final int EIO = 5;
  private static final int SUPER_FRAME_BYTES = 65_535;

  @Test
  void hasTheOffloadsThatTheKernelGrants() throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true)) {
      Offloads got = host.tap.offloads();
      assertTrue(got.header() && got.checksum() && got.tcp4() && got.tcp6() && got.ecn());
      int all = got.udp() ? TunOffloads.ALL : TunOffloads.ALL & ~TunOffloads.USO;
      for (int flags = 0; flags <= TunOffloads.ALL; flags++) {
        if ((flags & UFO) == 0) {
          assertEquals((flags & ~all) == 0 && isRight(flags), set(host, flags), "flags " + flags);
        }
      }
    }
  }

  @Test
  void readsFramesWithinEveryGrant() throws Exception {
    int grants = 0;
    int reduced = 0;
    try (TapHost one = TapHost.open(1, MTU_BYTES, true);
        TapHost other = TapHost.open(2, MTU_BYTES, true)) {
      for (int flags = 0; flags <= TunOffloads.ALL; flags++) {
        if ((flags & UFO) == 0 && set(one, flags) && set(other, flags)) {
          grants++;
          Offloads grant = TunOffloads.of(flags);
          var seen = new GrantInspector(grant, MTU_BYTES);
          exchange(one, other, grant, seen);
          reduced += seen.reduced;
          String name = grant.toString();
          assertEquals(grant.tcp4(), seen.tcp4 > 0, name);
          assertEquals(grant.tcp6(), seen.tcp6 > 0, name);
          assertEquals(grant.udp(), seen.udp4 > 0 && seen.udp6 > 0, name);
          assertEquals(grant.checksum(), seen.unfinished > 0, name);
          assertTrue(seen.longestBytes <= SUPER_FRAME_BYTES, name + " of " + seen.longestBytes);
        }
      }
      assertEquals(one.tap.offloads().udp() ? 15 : 8, grants);
    }
    assertTrue(reduced > 0, "a super-frame has the flag CWR");
  }

  @Test
  void readsPlainFramesWithoutOffloads() throws Exception {
    try (TapHost one = TapHost.open(1, MTU_BYTES, false);
        TapHost other = TapHost.open(2, MTU_BYTES, false)) {
      assertEquals(Offloads.NONE, one.tap.offloads());
      var seen = new GrantInspector(Offloads.NONE, MTU_BYTES);
      exchange(one, other, Offloads.NONE, seen);
      assertEquals(MTU_BYTES + 14, seen.longestBytes);
    }
  }

  @Test
  void limitsSuperFrames() throws Exception {
    try (TapHost one = TapHost.open(1, MTU_BYTES, true);
        TapHost other = TapHost.open(2, MTU_BYTES, true)) {
      for (int limit : new int[] {60_420, 20_000, 8_000}) {
        assertTrue(one.tap.limitSuperFrames(limit));
        var seen = new GrantInspector(one.tap.offloads(), MTU_BYTES);
        exchange(one, other, one.tap.offloads(), seen);

        assertTrue(seen.longestBytes <= limit, limit + ": " + seen.longestBytes);
        assertTrue(seen.longestBytes > limit / 2, limit + ": " + seen.longestBytes);
        String link = one.ip("-d", "link", "show", "dev", one.tap.name());
        assertTrue(link.contains("gso_max_size " + (limit + 1) + " "), link);
      }
    }
  }

  @Test
  void reportsUnsupportedLimits() throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true)) {
      assertTrue(host.tap.limitSuperFrames(30_000));
      assertFalse(host.tap.limitSuperFrames(10_000_000));
      assertTrue(host.ip("-d", "link").contains("gso_max_size 30001 "));
    }
  }

  @Test
  void namesTheMissingCapabilityForLimits() throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true)) {
      var rejected =
          host.here(
              () -> {
                NetworkNamespace.becomeNobody();
                return assertThrows(TapException.class, () -> host.tap.limitSuperFrames(30_000));
              });
      assertTrue(rejected.getMessage().contains("NET_ADMIN"), rejected.getMessage());
    }
  }

  private static boolean isRight(int flags) {
    int uso = flags & TunOffloads.USO;
    boolean tso = (flags & (TunOffloads.TUN_F_TSO4 | TunOffloads.TUN_F_TSO6)) != 0;
    return (flags == 0 || (flags & TunOffloads.TUN_F_CSUM) != 0)
        && (tso || (flags & TunOffloads.TUN_F_TSO_ECN) == 0)
        && (uso == 0 || uso == TunOffloads.USO);
  }

  private static boolean set(TapHost host, int flags) {
    return LibC.ioctl(host.tap.fd(), TunOffloads.TUNSETOFFLOAD, flags) == 0;
  }

  /** Sends streams and datagrams of both families in one direction and compares the result. */
  private static void exchange(TapHost one, TapHost other, Offloads grant, GrantInspector seen)
      throws Exception {
    var back = new GrantInspector(grant, MTU_BYTES);
    try (var wire = new DeviceLink(one.tap, other.tap, seen, back)) {
      for (InetAddress to : new InetAddress[] {other.v4, other.v6}) {
        sendStream(one, other, to, wire);
        wire.check();
        sendDatagrams(one, other, to, grant);
        wire.check();
      }
    }
  }

  private static void sendStream(TapHost one, TapHost other, InetAddress to, DeviceLink wire)
      throws Exception {
    byte[] bytes = new byte[STREAM_BYTES];
    new Random(STREAM_BYTES).nextBytes(bytes);
    try (ServerSocketChannel socket =
            other.here(() -> ServerSocketChannel.open().bind(new InetSocketAddress(to, 0)));
        SocketChannel in = one.here(() -> SocketChannel.open(socket.getLocalAddress()));
        SocketChannel out = socket.accept()) {
      var sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  in.write(ByteBuffer.wrap(bytes));
                  in.shutdownOutput();
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      var received = CompletableFuture.supplyAsync(() -> readAll(out));
      byte[] got;
      try {
        got = received.get(TapHost.WITHIN_S, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        wire.check();
        throw new AssertionError("the stream to " + to + " stalls; sent: " + sent, e);
      }
      sent.get(TapHost.WITHIN_S, TimeUnit.SECONDS);
      assertArrayEquals(bytes, got);
    }
  }

  private static byte[] readAll(SocketChannel channel) {
    try {
      return channel.socket().getInputStream().readAllBytes();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void sendDatagrams(TapHost one, TapHost other, InetAddress to, Offloads grant)
      throws Exception {
    byte[] bytes = new byte[DATAGRAM_BYTES * DATAGRAMS - 1];
    new Random(DATAGRAMS).nextBytes(bytes);
    try (DatagramChannel socket =
        other.here(() -> DatagramChannel.open().bind(new InetSocketAddress(to, 0)))) {
      int errno;
      try (var sender =
          one.here(() -> new BulkSender((InetSocketAddress) socket.getLocalAddress()))) {
        errno = sender.send(bytes, DATAGRAM_BYTES);
      }
      if (errno == EIO && !grant.checksum()) {
        return; // Kernels before 6.11 segment datagrams only for devices with checksum offload.
      }
      assertEquals(0, errno, LibC.errorText(errno));
      socket.socket().setSoTimeout((int) TapHost.WITHIN_S * 1_000);
      for (int i = 0; i < DATAGRAMS; i++) {
        var packet = new java.net.DatagramPacket(new byte[2_000], 2_000);
        socket.socket().receive(packet);
        int start = i * DATAGRAM_BYTES;
        int end = Math.min(bytes.length, start + DATAGRAM_BYTES);
        assertArrayEquals(
            java.util.Arrays.copyOfRange(bytes, start, end),
            java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
      }
    }
  }
}
