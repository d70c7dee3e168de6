// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.junit.jupiter.api.Test;

/** REMOTE_TRACE (02 section 2.21). */
class RemoteTracesTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");

  private final RecordingOutput output = new RecordingOutput();
  private final Vl1 node =
      new Vl1(
          RecordedNodes.identity("A"),
          NodeOptions.DEFAULT,
          output,
          new Random(2),
          Map.of(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world("planet")),
          START_MS);

  private List<String> records(String payload) {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    output.events.clear();
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    byte[] packet = new byte[Packets.HEADER_BYTES + text.length];
    System.arraycopy(text, 0, packet, Packets.HEADER_BYTES, text.length);
    long a = RecordedNodes.identity("A").address();
    long b = RecordedNodes.identity("B").address();
    PacketView.writeHeader(packet, 0, 5, a, b, Verb.REMOTE_TRACE.number());
    Decoded.cipher(b, a).seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    Datagrams.receive(node, AT_B, packet, START_MS + 1);
    return output.events.stream()
        .filter(Event.RemoteTraceReceived.class::isInstance)
        .map(Event.RemoteTraceReceived.class::cast)
        .filter(trace -> trace.source() == b)
        .map(Event.RemoteTraceReceived::record)
        .toList();
  }

  @Test
  void deliversTerminatedStrings() {
    assertEquals(List.of("a=1\nb=2", "c=3"), records("a=1\nb=2\0\0c=3\0"));
    assertEquals(1, node.counters().received(Verb.REMOTE_TRACE));
  }

  @Test
  void ignoresUnterminatedTail() {
    assertEquals(List.of("a=1"), records("a=1\0b=2"));
    assertEquals(List.of(), records("a=1"));
    assertEquals(List.of(), records(""));
  }

  @Test
  void boundsRecordsOfOnePacket() {
    assertEquals(RemoteTraces.MAX_RECORDS, records("x\0".repeat(2_000)).size());
    assertEquals(1, node.counters().dropped(Drop.RATE_LIMITED));
  }
}
