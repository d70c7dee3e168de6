// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Random;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames with headers that no kernel has written, valid and invalid. */
class WrittenHeadersTest {
  private static final int MTU_BYTES = 1_500;
  private static final int HEADER = 10;
  private static final int ETHERNET = 14;
  private static final int UDP = 8;
  private static final int MAX_BYTES = 70_000;
  private static final byte NEEDS_CSUM = 1;

  private final FrameMemory memory = new FrameMemory(MAX_BYTES);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deliversASuperFrameToAPlainSocketAsDatagrams(boolean v4) throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true);
        DatagramChannel socket = socket(host, v4)) {
      byte[] payload = random(40 * 1_200 + 77);
      Frame frame = Frame.datagrams(host, socket, v4, payload, 1_200);

      assertTrue(write(host, frame));

      for (int i = 0; i <= 40; i++) {
        int end = Math.min(payload.length, i * 1_200 + 1_200);
        assertArrayEquals(Arrays.copyOfRange(payload, i * 1_200, end), receive(socket));
      }
    }
  }

  @Test
  void leavesChecksumsToTheKernel() throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true);
        DatagramChannel socket = socket(host, true)) {
      byte[] payload = random(500);
      Frame frame = Frame.datagrams(host, socket, true, payload, 0);
      assertTrue(write(host, frame.type(0)));
      assertArrayEquals(payload, receive(socket));
    }
  }

  @Test
  void survivesInvalidHeaders() throws Exception {
    try (TapHost host = TapHost.open(1, MTU_BYTES, true);
        DatagramChannel socket = socket(host, true)) {
      byte[] payload = random(4_000);
      assertFalse(write(host, valid(host, socket, payload).checksumStart(9_000)), "beyond the end");
      assertFalse(write(host, valid(host, socket, payload).checksumStart(4_042 - 1)), "at the end");
      assertFalse(
          write(host, valid(host, socket, payload).checksumOffset(9_000)), "beyond the end");
      assertFalse(write(host, valid(host, socket, payload).headersBytes(9_000)), "longer headers");
      assertFalse(write(host, valid(host, socket, payload).size(0)), "no size");
      assertFalse(write(host, valid(host, socket, payload).type(2)), "no such type");
      assertFalse(write(host, valid(host, socket, payload).type(7)), "no such type");
      assertFalse(write(host, valid(host, socket, payload).type(0x7f)), "no such type");
      for (int length = 0; length < HEADER + ETHERNET; length++) {
        assertFalse(host.tap.write(memory.address(), length), "of " + length);
      }

      assertTrue(write(host, valid(host, socket, payload)));
      assertArrayEquals(Arrays.copyOf(payload, 1_000), receive(socket));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void survivesArbitraryHeaders(long seed) throws Exception {
    var random = new Random(seed);
    int taken = 0;
    int rejected = 0;
    try (TapHost host = TapHost.open(1, MTU_BYTES, true);
        DatagramChannel socket = socket(host, true)) {
      for (int i = 0; i < 2_500; i++) {
        byte[] payload = random(random.nextInt(5_000));
        Frame frame = Frame.datagrams(host, socket, random.nextBoolean(), payload, 1_000);
        frame.setInvalidFields(random);
        if (write(host, frame)) {
          taken++;
        } else {
          rejected++;
        }
      }
      assertTrue(taken > 100 && rejected > 100, "seed " + seed + ": " + taken + ", " + rejected);
      socket.configureBlocking(false);
      while (socket.receive(ByteBuffer.allocate(MAX_BYTES)) != null) {
        // Accepted frames may have been valid.
      }
      socket.configureBlocking(true);

      byte[] payload = random(4_000);
      assertTrue(write(host, valid(host, socket, payload)));
      assertArrayEquals(Arrays.copyOf(payload, 1_000), receive(socket), "seed " + seed);
    }
  }

  private static Frame valid(TapHost host, DatagramChannel socket, byte[] payload)
      throws Exception {
    return Frame.datagrams(host, socket, true, payload, 1_000);
  }

  private static DatagramChannel socket(TapHost host, boolean v4) throws Exception {
    InetAddress at = v4 ? host.v4 : host.v6;
    DatagramChannel socket =
        host.here(() -> DatagramChannel.open().bind(new InetSocketAddress(at, 0)));
    socket.socket().setSoTimeout((int) TapHost.WITHIN_S * 1_000);
    return socket;
  }

  private static byte[] receive(DatagramChannel socket) throws Exception {
    var packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
    socket.socket().receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private boolean write(TapHost host, Frame frame) throws TapException {
    byte[] bytes = frame.bytes.array();
    memory.copyFrom(bytes, 0, bytes.length);
    return host.tap.write(memory.address(), bytes.length);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** A UDP frame with its header, whose fields can be changed. */
  private static final class Frame {
    final ByteBuffer bytes;
    private final int ipBytes;

    private Frame(int ipBytes, int payloadBytes) {
      this.ipBytes = ipBytes;
      bytes = ByteBuffer.allocate(HEADER + ETHERNET + ipBytes + UDP + payloadBytes);
    }

    /** Returns a valid frame: datagrams of one size from a neighbor; the last may be smaller. */
    static Frame datagrams(
        TapHost host, DatagramChannel socket, boolean v4, byte[] payload, int eachBytes)
        throws Exception {
      int udpBytes = UDP + payload.length;
      var frame = new Frame(v4 ? 20 : 40, payload.length);
      int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
      ByteBuffer bytes = frame.bytes.position(HEADER);
      bytes.putShort((short) 0x0200).putInt((int) host.tap.mac());
      bytes.putShort((short) 0x0200).putInt(99).putShort((short) (v4 ? 0x0800 : 0x86dd));
      byte[] from = InetAddress.getByName(v4 ? "10.230.0.99" : "fd30::99").getAddress();
      byte[] to = (v4 ? host.v4 : host.v6).getAddress();
      if (v4) {
        bytes.putShort((short) 0x4500).putShort((short) (20 + udpBytes)).putInt(0x0001_4000);
        bytes.put((byte) 64).put((byte) 17).putShort((short) 0).put(from).put(to);
        frame.put(HEADER + ETHERNET + 10, ~frame.sum(HEADER + ETHERNET, 20));
      } else {
        bytes.putInt(0x6000_0000).putShort((short) udpBytes).put((byte) 17).put((byte) 64);
        bytes.put(from).put(to);
      }
      bytes.putShort((short) 7).putShort((short) port).putShort((short) udpBytes);
      bytes.putShort((short) 0).put(payload);
      int addresses = HEADER + ETHERNET + (v4 ? 12 : 8);
      frame.checksum(frame.sum(addresses, from.length * 2) + 17 + udpBytes);
      return frame
          .flags(NEEDS_CSUM)
          .type(5)
          .headersBytes(ETHERNET + frame.ipBytes + UDP)
          .size(eachBytes)
          .checksumStart(ETHERNET + frame.ipBytes)
          .checksumOffset(6);
    }

    Frame flags(int flags) {
      bytes.put(0, (byte) flags);
      return this;
    }

    Frame type(int type) {
      bytes.put(1, (byte) type);
      return this;
    }

    Frame headersBytes(int count) {
      return little(2, count);
    }

    Frame size(int count) {
      return little(4, count);
    }

    Frame checksumStart(int at) {
      return little(6, at);
    }

    Frame checksumOffset(int at) {
      return little(8, at);
    }

    Frame checksum(int sum) {
      return put(HEADER + ETHERNET + ipBytes + 6, (sum & 0xffff) + (sum >>> 16));
    }

    /** Sets some fields to random values, often close to valid ones. */
    void setInvalidFields(Random random) {
      int[] likely = {0, 1, 2, 13, 14, 34, 42, 1_000, 5_000, 0x7fff, 0xffff};
      for (int at = 2; at < HEADER; at += 2) {
        if (random.nextInt(3) == 0) {
          little(at, random.nextBoolean() ? random.nextInt(0x10000) : likely[random.nextInt(11)]);
        }
      }
      if (random.nextInt(3) == 0) {
        type(random.nextBoolean() ? random.nextInt(256) : random.nextInt(7));
      }
      if (random.nextInt(3) == 0) {
        flags(random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        int at = HEADER + ETHERNET + random.nextInt(ipBytes + UDP);
        bytes.put(at, (byte) random.nextInt(256));
      }
    }

    private Frame little(int at, int value) {
      bytes.order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
      bytes.order(ByteOrder.BIG_ENDIAN);
      return this;
    }

    private Frame put(int at, int value) {
      bytes.putShort(at, (short) value);
      return this;
    }

    private int sum(int start, int length) {
      int sum = 0;
      for (int i = 0; i < length; i += 2) {
        sum += bytes.getShort(start + i) & 0xffff;
      }
      return (sum & 0xffff) + (sum >>> 16);
    }
  }
}
