// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.testing.FrameSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every super-frame that the kernel passes to a device is segmented as the kernel itself would: the
 * same super-frames are sent by a device with offloads and by one without.
 */
class KernelSegmentsTest {
  private static final int MTU_BYTES = 2_800;
  private static final int ETHERNET_BYTES = 14;
  private static final int READ_BYTES = OffloadHeader.BYTES + 65_536 + 64;
  private static final int WITHIN_MS = 60_000;
  private static final byte[] MACS = HexFormat.of().parseHex("020000000009020000000008");
  private static final int ACK = 0x10;

  /** A super-frame before its checksum is complete. */
  private record Sample(boolean v6, boolean tcp, int flags, byte[] tags, int payload, int gso) {
    int tcpHeaderBytes() {
      return tcp ? 32 : 8;
    }

    byte[] headerAndFrame() {
      byte[] bytes = new byte[payload];
      new Random(payload).nextBytes(bytes);
      int transportBytes = tcpHeaderBytes() + payload;
      byte[] addresses = new byte[v6 ? 32 : 8];
      new Random(7).nextBytes(addresses);
      var frame = new WireWriter().bytes(MACS).bytes(tags);
      if (v6) {
        frame.u16(0x86dd).u32(0x6000_0000L).u16(transportBytes).u8(tcp ? 6 : 17).u8(64);
      } else {
        frame.u16(0x0800).u16(0x4500).u16(20 + transportBytes).u16(0xfffe).u16(0x4000);
        frame.u8(64).u8(tcp ? 6 : 17).u16(ipv4Checksum(20 + transportBytes, addresses));
      }
      frame.bytes(addresses);
      int transportAt = frame.toByteArray().length;
      int sum = fold(sum(addresses) + (tcp ? 6 : 17) + transportBytes);
      if (tcp) {
        frame.u16(5000).u16(443).u32(0xffff_ff00L).u32(9).u16(0x8000 | flags).u16(500).u16(sum);
        frame.u16(0).bytes(new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2});
      } else {
        frame.u16(5000).u16(443).u16(transportBytes).u16(sum);
      }
      byte[] whole = frame.bytes(bytes).toByteArray();
      int type = !tcp ? 5 : (v6 ? 4 : 1) | ((flags & 0x80) != 0 ? 0x80 : 0);
      var header = ByteBuffer.allocate(OffloadHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      header.put((byte) 1).put((byte) type).putShort((short) (transportAt + tcpHeaderBytes()));
      header.putShort((short) gso).putShort((short) transportAt).putShort((short) (tcp ? 16 : 6));
      return new WireWriter().bytes(header.array()).bytes(whole).toByteArray();
    }

    private int ipv4Checksum(int length, byte[] addresses) {
      int protocol = tcp ? 6 : 17;
      long words = 0x4500L + length + 0xfffe + 0x4000 + (64 << 8 | protocol) + sum(addresses);
      return ~fold(words) & 0xffff;
    }

    private static long sum(byte[] bytes) {
      long sum = 0;
      for (int i = 0; i < bytes.length; i += 2) {
        sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
      }
      return sum;
    }

    private static int fold(long sum) {
      long folded = sum;
      while (folded > 0xffff) {
        folded = (folded & 0xffff) + (folded >>> 16);
      }
      return (int) folded;
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "untagged, ''",
    "a tag, 81000005",
    "a service tag, 88a80006",
    "a tag in a service tag, 88a8000681000005",
    "a tag in a tag, 8100000681000005",
    "three tags, 88a800068100000581000007"
  })
  void segmentsAsTheKernelDoes(String name, String tags) throws Exception {
    try (DeviceHost plain = DeviceHost.open(1, MTU_BYTES, false);
        DeviceHost offloaded = DeviceHost.open(2, MTU_BYTES, true)) {
      int superFrames = 0;
      for (Sample sample : samples(HexFormat.of().parseHex(tags))) {
        int count = Math.ceilDiv(sample.payload, sample.gso);
        List<byte[]> wanted = new Capture(plain.tap).frames(plain, sample, count);

        var capture = new Capture(offloaded.tap);
        List<byte[]> frames = capture.frames(offloaded, sample, count);

        for (int i = 0; i < count; i++) {
          assertArrayEquals(wanted.get(i), frames.get(i), sample + ", segment " + i);
        }
        superFrames += capture.superFrames;
      }
      assertTrue(superFrames > 0, "the kernel leaves super-frames to the device");
    }
  }

  private static List<Sample> samples(byte[] tags) {
    var samples = new ArrayList<Sample>();
    for (boolean v6 : new boolean[] {false, true}) {
      // FIN, PSH, URG, ECE, CWR, and the flag of accurate ECN.
      for (int flags : new int[] {0, 0x01, 0x08, 0x09, 0x20, 0x40, 0x80, 0x89, 0x100}) {
        samples.add(new Sample(v6, true, ACK | flags, tags, 9_001, 1_000));
      }
      samples.add(new Sample(v6, true, ACK, tags, 60_000, 2_700));
      samples.add(new Sample(v6, true, ACK, tags, 2_000, 1_000));
      for (int[] sizes : new int[][] {{9_000, 1_000}, {9_001, 999}, {60, 1}, {50_001, 2_730}}) {
        samples.add(new Sample(v6, false, 0, tags, sizes[0], sizes[1]));
      }
    }
    return samples;
  }

  /** Reads what a device got, and does what is left to do. */
  private static final class Capture {
    private final TapDevice tap;
    private final FrameMemory memory = new FrameMemory(READ_BYTES);
    private final OffloadHeader header = new OffloadHeader();
    private final Segmenter segmenter = new Segmenter();
    private final byte[] read = new byte[READ_BYTES];
    private final List<byte[]> frames = new ArrayList<>();
    int superFrames;

    Capture(TapDevice tap) {
      this.tap = tap;
    }

    List<byte[]> frames(DeviceHost host, Sample sample, int count) throws Exception {
      try (FrameSocket socket = host.here(() -> new FrameSocket(tap.name()))) {
        socket.send(sample.headerAndFrame());
      }
      while (frames.size() < count) {
        int length = tap.read(memory.address(), READ_BYTES);
        if (length == 0) {
          assertTrue(tap.awaitFrame(WITHIN_MS), sample + " after " + frames.size());
        } else {
          take(length);
        }
      }
      assertEquals(count, frames.size(), sample.toString());
      return frames;
    }

    private void take(int length) throws TapException {
      int start = tap.offloads().headerBytes();
      memory.copyTo(read, 0, length);
      int frameBytes = length - start;
      if (!Arrays.equals(read, start, start + MACS.length, MACS, 0, MACS.length)) {
        return; // Of the kernel itself.
      }
      header.clear();
      if (start > 0) {
        header.read(read, 0);
      }
      if (header.isSuperFrame()) {
        superFrames++;
        Segmenter.Kind kind = segmenter.begin(header, read, start, frameBytes, MTU_BYTES);
        assertNotEquals(Segmenter.Kind.REJECTED, kind, () -> segmenter.failure().toString());
        while (segmenter.hasNext()) {
          byte[] frame = Arrays.copyOfRange(read, start, start + ETHERNET_BYTES + MTU_BYTES);
          frames.add(Arrays.copyOf(frame, ETHERNET_BYTES + segmenter.next(frame, ETHERNET_BYTES)));
        }
      } else {
        assertTrue(Segmenter.finishChecksum(header, read, start, frameBytes));
        frames.add(Arrays.copyOfRange(read, start, start + frameBytes));
      }
    }
  }
}
