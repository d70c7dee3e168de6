// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.relay;

import static net.backhaul.protocol.WireBytes.written;
import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecordView.Kind;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The framing of the TCP relay, against recordings and invalid input (02 section 4.7). */
class RelayVectorsTest {
  private static final JsonNode FILE = Vectors.file("vl1/tcp_tunnel.json");
  private static final InetSocketAddress ENDPOINT = Endpoints.parse("192.88.99.1/9993");
  private static final byte[] DEADBEEF = Vectors.bytes("deadbeef");

  private final RelayRecordView view = new RelayRecordView();

  private Kind wrap(byte[] record) {
    assertEquals(record.length, RelayRecords.firstRecordBytes(record, 0, record.length));
    return view.wrap(record, 0, record.length);
  }

  private static byte[] record(int... body) {
    var out = new WireWriter().u8(0x17).u8(3).u8(3).u16(body.length);
    for (int octet : body) {
      out.u8(octet);
    }
    return out.toByteArray();
  }

  private void assertPacket(String endpoint, byte[] packet, byte[] record) {
    byte[] shifted = new byte[record.length + 20];
    System.arraycopy(record, 0, shifted, 13, record.length);
    assertEquals(Kind.PACKET, view.wrap(shifted, 13, record.length));
    assertEquals(endpoint, Endpoints.text(view.endpoint()));
    assertArrayEquals(
        packet,
        Arrays.copyOfRange(shifted, view.packetStart(), view.packetStart() + view.packetLength()));

    InetSocketAddress to = Endpoints.parse(endpoint);
    assertArrayEquals(
        record,
        Vectors.bytes(written(out -> RelayRecords.writePacket(out, to, packet, 0, packet.length))));
  }

  @Test
  void writesAndReadsTheRecordedGreeting() {
    assertEquals(text(FILE, "greeting"), written(out -> RelayRecords.writeGreeting(out, 1, 14, 1)));

    assertEquals(Kind.GREETING, wrap(hex(FILE, "greeting")));
    assertEquals(1, view.major());
    assertEquals(14, view.minor());
    assertEquals(1, view.revision());
  }

  @Test
  void writesAndReadsRecordedPackets() {
    JsonNode toRelay = FILE.required("to_relay");
    JsonNode fromRelay = FILE.required("from_relay");
    JsonNode fromRelayV6 = FILE.required("from_relay_ipv6");

    assertPacket(
        text(toRelay, "destination"), hex(toRelay, "packet"), hex(toRelay, "stream_bytes"));
    assertEquals(fromRelay.required("packet_len").asInt(), DEADBEEF.length);
    assertPacket(text(fromRelay, "source"), DEADBEEF, hex(fromRelay, "stream_bytes"));
    assertPacket(text(fromRelayV6, "source"), DEADBEEF, hex(fromRelayV6, "stream_bytes"));
  }

  @Test
  void delimitsRecordsHoweverTheStreamIsReceived() {
    var out = new WireWriter();
    RelayRecords.writeGreeting(out, 1, 14, 1);
    int first = out.size();
    RelayRecords.writePacket(out, ENDPOINT, DEADBEEF, 0, DEADBEEF.length);
    byte[] stream = out.toByteArray();

    for (int received = 0; received <= stream.length; received++) {
      assertEquals(
          received < first ? 0 : first, RelayRecords.firstRecordBytes(stream, 0, received));
      int rest = Math.max(0, received - first);
      assertEquals(
          received < stream.length ? 0 : stream.length - first,
          RelayRecords.firstRecordBytes(stream, first, rest));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void rejectsOtherProtocolsAtTheFirstWrongByte(int at) {
    byte[] greeting = hex(FILE, "greeting");
    greeting[at] ^= 1;

    assertEquals(0, RelayRecords.firstRecordBytes(greeting, 0, at));
    assertThrows(WireException.class, () -> RelayRecords.firstRecordBytes(greeting, 0, at + 1));
  }

  @Test
  void recognizesPacketsWithoutAddress() {
    assertEquals(Kind.WITHOUT_ADDRESS, wrap(record(0)));
    assertEquals(Kind.WITHOUT_ADDRESS, wrap(record(0, 1, 2, 3, 4, 5, 6, 7)));
  }

  @Test
  void rejectsEmptyBodiesUnknownTypesAndTruncatedAddresses() {
    assertThrows(WireException.class, () -> wrap(record()));
    for (int type = 0; type < 256; type++) {
      byte[] record = record(type, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18);
      if (type == 0 || type == 4 || type == 6) {
        wrap(record);
      } else {
        assertThrows(WireException.class, () -> wrap(record), "type " + type);
      }
    }
    assertThrows(WireException.class, () -> wrap(record(4)));
    assertThrows(WireException.class, () -> wrap(record(4, 1, 2, 3, 4, 5)));
    assertEquals(Kind.PACKET, wrap(record(4, 1, 2, 3, 4, 5, 6)));
    assertEquals(0, view.packetLength());
    assertThrows(
        WireException.class,
        () -> wrap(record(6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)));
  }

  @Test
  void rejectsPacketsBeyondTheLimit() {
    byte[] packet = new byte[RelayRecords.MAX_PACKET_BYTES + 1];
    InetSocketAddress v6 = Endpoints.parse("2001:db8::1/9993");
    var out = new WireWriter();

    RelayRecords.writePacket(out, v6, packet, 0, packet.length - 1);

    assertEquals(RelayRecords.MAX_RECORD_BYTES, out.size());
    assertEquals(Kind.PACKET, wrap(out.toByteArray()));
    assertEquals(packet.length - 1, view.packetLength());
    assertThrows(
        IllegalArgumentException.class,
        () -> RelayRecords.writePacket(out, v6, packet, 0, packet.length));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void throwsNothingButWireExceptionsForRandomInput(long seed) {
    var random = new Random(seed);
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[5 + random.nextInt(30)];
      random.nextBytes(bytes);
      bytes[0] = 0x17;
      bytes[1] = 3;
      bytes[2] = 3;
      bytes[3] = 0;
      bytes[4] = (byte) (bytes.length - 5);
      if (bytes.length > 5 && random.nextBoolean()) {
        bytes[5] = (byte) (2 * random.nextInt(4));
      }
      try {
        if (wrap(bytes) == Kind.PACKET) {
          accepted++;
          assertTrue(view.packetLength() >= 0 && view.endpoint().getPort() >= 0);
        }
      } catch (WireException rejected) {
        assertEquals(0, rejected.getStackTrace().length);
      }
    }

    assertTrue(accepted > 1_000, () -> "seed " + seed);
  }
}
