// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.Test;

class NameServerTest {
  private static final int WITHIN_MS = 60_000;
  private static final NameTable TABLE =
      new NameTable(
          List.of(
              new NameZone(
                  "example",
                  Map.of("web", List.of(Endpoints.parseIp("10.1.0.5"))),
                  Map.of(),
                  List.of())));

  private final NameCounters counters = new NameCounters();
  private final QueryLimit limit = new QueryLimit(3);

  private static byte[] query(String label) {
    return new WireWriter()
        .u16(1)
        .u16(0)
        .u16(1)
        .u16(0)
        .u32(0)
        .u8(label.length())
        .bytes(label.getBytes(StandardCharsets.US_ASCII))
        .u8(7)
        .bytes("example".getBytes(StandardCharsets.US_ASCII))
        .u8(0)
        .u16(1)
        .u16(1)
        .toByteArray();
  }

  @Test
  void answersOnAnAddressOfLoopback() throws IOException {
    try (var server = NameServer.open(0, () -> TABLE, limit, counters);
        var second = NameServer.open(server.address().getPort(), () -> TABLE, limit, counters);
        var client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      assertEquals("127.90.84.53", server.address().getAddress().getHostAddress());
      assertNotEquals(server.address(), second.address());
      assertTrue(second.address().getAddress().isLoopbackAddress(), "address of the second");
      client.setSoTimeout(WITHIN_MS);
      for (String label : List.of("web", "nobody")) {
        byte[] query = query(label);
        client.send(new DatagramPacket(query, query.length, server.address()));
        var answer = new DatagramPacket(new byte[512], 512);
        client.receive(answer);
        assertEquals(server.address(), answer.getSocketAddress());
      }
      assertEquals(1, counters.answered());
      assertEquals(1, counters.unknown());
    }
  }

  @Test
  void failsWhereAllAddressesAreTaken() throws IOException {
    var taken = new ArrayList<NameServer>();
    int port = 0;
    try {
      for (int i = 0; i < NameServer.ADDRESSES; i++) {
        taken.add(NameServer.open(port, () -> TABLE, limit, counters));
        port = taken.getFirst().address().getPort();
      }
      int used = port;
      assertThrows(IOException.class, () -> NameServer.open(used, () -> TABLE, limit, counters));
    } finally {
      taken.forEach(NameServer::close);
    }
  }

  @Test
  void dropsWhatExceedsItsRate() {
    assertTrue(limit.accept(5_000) && limit.accept(5_000) && limit.accept(5_999), "the first");
    assertFalse(limit.accept(5_999), "the fourth within a second");
    assertTrue(limit.accept(6_000), "the first of the next second");
  }

  @Test
  void countsWhatItDropsInAFlood() throws IOException {
    try (var server = NameServer.open(0, () -> TABLE, limit, counters);
        var client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      byte[] query = query("web");
      var packet = new DatagramPacket(query, query.length, server.address());
      for (int i = 0; i < 20; i++) {
        client.send(packet);
      }
      Await.until(() -> counters.dropped() > 0);
      assertTrue(counters.answered() >= 3, "answers before the limit");
    }
  }
}
