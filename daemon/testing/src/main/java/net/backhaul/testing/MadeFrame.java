// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A super-frame as the kernel writes it, built part by part, and its expected packets: each is
 * built from the parts and shares no code with the segmenter.
 */
public final class MadeFrame {
  private static final int FIN = 0x01;
  private static final int PSH = 0x08;
  private static final int CWR = 0x80;
  private static final int OFFLOAD_HEADER_BYTES = 10;

  public byte[] macs = new byte[12];

  /** Up to two VLAN tags, each with the EtherType before it. */
  public byte[] tag = {};

  public boolean v6;
  public boolean tcp = true;
  public int trafficClass;
  public int flowLabel;
  public int timeToLive = 64;
  public int ipId;
  public boolean mayFragment;
  public byte[] source = {10, 0, 0, 1};
  public byte[] destination = {10, 0, 0, 2};

  /** The address that the checksum covers; differs from destination with a source route. */
  public byte[] finalDestination = destination;

  /** IPv4 options or IPv6 extension headers; the latter start with nextHeader. */
  public byte[] ipExtra = {};

  public int nextHeader;

  public int sourcePort = 1000;
  public int destinationPort = 2000;
  public int sequence;
  public int acknowledgement;
  public int flags = 0x10;
  public int window = 500;
  public int urgentPointer;
  public byte[] tcpOptions = {};
  public byte[] payload = {};
  public int gsoBytes;

  /** Makes it a packet of IPv4 or IPv6 from host 1 to host 2 of a private network. */
  public void ofFamily(boolean isV6) {
    v6 = isV6;
    source = address(isV6, 1);
    destination = address(isV6, 2);
    finalDestination = destination;
  }

  private static byte[] address(boolean v6, int host) {
    byte[] address = new byte[v6 ? 16 : 4];
    address[0] = (byte) (v6 ? 0xfd : 10);
    address[address.length - 1] = (byte) host;
    return address;
  }

  /** Returns a random super-frame that can be segmented. */
  public static MadeFrame random(Random random) {
    var made = new MadeFrame();
    random.nextBytes(made.macs);
    if (random.nextInt(5) == 0) {
      byte[] tags = {
        (byte) 0x88,
        (byte) 0xa8,
        (byte) random.nextInt(),
        (byte) random.nextInt(),
        (byte) 0x81,
        0,
        (byte) random.nextInt(),
        (byte) random.nextInt()
      };
      made.tag = random.nextInt(3) == 0 ? tags : Arrays.copyOfRange(tags, 4, 8);
    }
    made.v6 = random.nextBoolean();
    made.tcp = random.nextInt(3) > 0;
    made.trafficClass = random.nextInt(256);
    made.flowLabel = random.nextInt(1 << 20);
    made.timeToLive = random.nextInt(256);
    made.ipId = random.nextInt(1 << 16);
    made.mayFragment = random.nextBoolean();
    made.source = bytes(random, made.v6 ? 16 : 4);
    made.destination = bytes(random, made.v6 ? 16 : 4);
    made.finalDestination = made.destination;
    if (random.nextInt(3) == 0) {
      made.addIpExtra(random);
    }
    made.sourcePort = random.nextInt(1 << 16);
    made.destinationPort = random.nextInt(1 << 16);
    made.sequence = random.nextInt();
    made.acknowledgement = random.nextInt();
    made.flags = 0x10;
    for (int flag : new int[] {FIN, PSH, 0x20, 0x40, CWR, 0x100}) {
      made.flags |= random.nextInt(3) == 0 ? flag : 0;
    }
    made.window = random.nextInt(1 << 16);
    made.urgentPointer = random.nextBoolean() ? random.nextInt(1 << 16) : 0;
    made.tcpOptions = bytes(random, random.nextBoolean() ? 4 * random.nextInt(11) : 0);
    made.gsoBytes = 1 + random.nextInt(random.nextInt(4) == 0 ? 3_000 : 300);
    int packets = 1 + random.nextInt(random.nextInt(50) == 0 ? 400 : 40);
    int limit = 65_535 - 200 - made.ipExtra.length;
    made.payload =
        bytes(random, Math.min(limit, made.gsoBytes * packets - random.nextInt(made.gsoBytes)));
    if (random.nextInt(20) == 0) {
      made.payload = bytes(random, random.nextInt(4) == 0 ? 0 : 65_535 - made.headerBytes());
    }
    return made;
  }

  private void addIpExtra(Random random) {
    if (!v6) {
      ipExtra = new byte[4 * (1 + random.nextInt(10))];
      if (ipExtra.length >= 12 && random.nextBoolean()) {
        finalDestination = bytes(random, 4);
        ipExtra[0] = 1;
        ipExtra[1] = (byte) (random.nextBoolean() ? 131 : 137);
        ipExtra[2] = 7;
        ipExtra[3] = 4;
        System.arraycopy(finalDestination, 0, ipExtra, 4, 4);
      } else {
        ipExtra[0] = 1;
        ipExtra[1] = 7;
        ipExtra[2] = 3;
      }
      return;
    }
    var extra = new ByteArrayOutputStream();
    int[] kinds = {random.nextBoolean() ? 0 : 60, 43, 60};
    int first = random.nextInt(3);
    int last = first + random.nextInt(3 - first);
    nextHeader = kinds[first];
    for (int i = first; i <= last; i++) {
      int after = i == last ? protocol() : kinds[i + 1];
      if (kinds[i] == 43) {
        byte[] hop = bytes(random, 16);
        boolean left = random.nextBoolean();
        finalDestination = left ? hop : destination;
        extra.writeBytes(new byte[] {(byte) after, 2, 2, (byte) (left ? 1 : 0), 0, 0, 0, 0});
        extra.writeBytes(hop);
      } else {
        int more = random.nextInt(3);
        extra.writeBytes(new byte[] {(byte) after, (byte) more, 1, (byte) (4 + 8 * more)});
        extra.writeBytes(new byte[4 + 8 * more]);
      }
    }
    ipExtra = extra.toByteArray();
  }

  /** Returns the number of TCP or UDP. */
  public int protocol() {
    return tcp ? 6 : 17;
  }

  /** Returns the length of the IP header with options or extension headers. */
  public int ipHeaderBytes() {
    return (v6 ? 40 : 20) + ipExtra.length;
  }

  /** Returns the length of the headers of a packet, with the tag. */
  public int headerBytes() {
    return tag.length + ipHeaderBytes() + (tcp ? 20 + tcpOptions.length : 8);
  }

  /** Returns the {@code struct virtio_net_hdr} before the frame. */
  public byte[] offloadHeader() {
    int type = !tcp ? 5 : (v6 ? 4 : 1) | ((flags & CWR) != 0 ? 0x80 : 0);
    return ByteBuffer.allocate(OFFLOAD_HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 1)
        .put((byte) type)
        .putShort((short) (14 + headerBytes()))
        .putShort((short) gsoBytes)
        .putShort((short) (14 + tag.length + ipHeaderBytes()))
        .putShort((short) (tcp ? 16 : 6))
        .array();
  }

  /** Returns the Ethernet frame with an incomplete checksum. */
  public byte[] frame() {
    byte[] transport = transport(sequence, flags, payload);
    int sum = NaiveChecksum.sum(pseudoHeader(transport.length));
    ByteBuffer.wrap(transport).putShort(tcp ? 16 : 6, (short) sum);
    return ethernet(ip(ipId, transport));
  }

  /** Returns a packet behind the Ethernet header; it follows the first EtherType. */
  public byte[] ethernet(byte[] taggedPacket) {
    return ByteBuffer.allocate(14 + taggedPacket.length)
        .put(macs)
        .put(tag.length > 0 ? new byte[] {tag[0], tag[1]} : etherType())
        .put(taggedPacket)
        .array();
  }

  /** Returns the packets that a device without offloads would have sent. */
  public List<byte[]> packets(int maxPacketBytes) {
    int step = tcp ? Math.min(gsoBytes, maxPacketBytes - headerBytes()) : gsoBytes;
    var packets = new ArrayList<byte[]>();
    for (int at = 0; at == 0 || at < payload.length; at += step) {
      int end = Math.min(payload.length, at + step);
      byte[] part = Arrays.copyOfRange(payload, at, end);
      int its = flags;
      if (end < payload.length) {
        its &= ~(FIN | PSH);
      }
      if (at > 0) {
        its &= ~CWR;
      }
      byte[] transport = transport(sequence + at, its, part);
      int checksum = NaiveChecksum.checksum(pseudoHeader(transport.length), transport);
      if (!tcp && checksum == 0) {
        checksum = 0xffff;
      }
      ByteBuffer.wrap(transport).putShort(tcp ? 16 : 6, (short) checksum);
      packets.add(ip(ipId + packets.size(), transport));
    }
    return packets;
  }

  private byte[] pseudoHeader(int length) {
    return NaiveChecksum.pseudoHeader(source, finalDestination, protocol(), length);
  }

  private byte[] transport(int itsSequence, int itsFlags, byte[] part) {
    if (!tcp) {
      return ByteBuffer.allocate(8 + part.length)
          .putShort((short) sourcePort)
          .putShort((short) destinationPort)
          .putShort((short) (8 + part.length))
          .putShort((short) 0)
          .put(part)
          .array();
    }
    int dataOffset = 20 + tcpOptions.length;
    return ByteBuffer.allocate(dataOffset + part.length)
        .putShort((short) sourcePort)
        .putShort((short) destinationPort)
        .putInt(itsSequence)
        .putInt(acknowledgement)
        .putShort((short) (dataOffset / 4 << 12 | itsFlags))
        .putShort((short) window)
        .putShort((short) 0)
        .putShort((short) urgentPointer)
        .put(tcpOptions)
        .put(part)
        .array();
  }

  /** Returns the tag, if any, and the IP packet. */
  private byte[] ip(int id, byte[] transport) {
    var header = ByteBuffer.allocate(ipHeaderBytes());
    if (v6) {
      header
          .putInt(6 << 28 | trafficClass << 20 | flowLabel)
          .putShort((short) (ipExtra.length + transport.length))
          .put((byte) (ipExtra.length > 0 ? nextHeader : protocol()))
          .put((byte) timeToLive)
          .put(source)
          .put(destination)
          .put(ipExtra);
    } else {
      header
          .put((byte) (0x40 | header.capacity() / 4))
          .put((byte) trafficClass)
          .putShort((short) (header.capacity() + transport.length))
          .putShort((short) id)
          .putShort((short) (mayFragment ? 0 : 0x4000))
          .put((byte) timeToLive)
          .put((byte) protocol())
          .putShort((short) 0)
          .put(source)
          .put(destination)
          .put(ipExtra);
      header.putShort(10, (short) NaiveChecksum.checksum(header.array()));
    }
    int tagBytes = tag.length;
    var packet = ByteBuffer.allocate(tagBytes + header.capacity() + transport.length);
    if (tagBytes > 0) {
      packet.put(tag, 2, tagBytes - 2).put(etherType());
    }
    return packet.put(header.array()).put(transport).array();
  }

  private byte[] etherType() {
    return v6 ? new byte[] {(byte) 0x86, (byte) 0xdd} : new byte[] {8, 0};
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
