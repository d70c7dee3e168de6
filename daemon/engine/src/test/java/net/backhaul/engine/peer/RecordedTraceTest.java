// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.engine.Event;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.network.Networks;
import net.backhaul.engine.network.NodeContext;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.UserMessage;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Takes the place of one node of {@code trace_nat.json}: a root and two nodes behind NATs that
 * become direct (02 section 7).
 *
 * <p>Packets of the others are received as recorded. Each packet that the reference's node sent has
 * to be sent by ours: at the same time, to the same endpoint, with the same fields. What is
 * missing, earlier or sent in addition is listed with its reason.
 */
class RecordedTraceTest {
  private static final JsonNode TRACE = Vectors.file("vl1/trace_nat.json");
  private static final long T0 = TRACE.required("t0_unix_ms").asLong();
  private static final long LATENCY_MS = 10;
  private static final int ETHERNET_HEADER = 14;
  private static final String ROOT = "192.88.99.1/9993";
  private static final Map<String, String> SOCKETS =
      Map.of("R", ROOT, "A", "10.1.0.2/9993", "B", "10.2.0.2/9993");

  /** Recorded packets, by number, that are not sent. */
  private static final Map<Integer, String> NOT_SENT =
      Map.of(9, "WHOIS for the root itself, which an ECHO replaces (02 section 3.11)");

  /** Recorded packets, by number, that are sent when the user's call is made, not later. */
  private static final Map<Integer, String> SENT_AT_ONCE =
      Map.of(47, "a packet to a peer of the cache does not wait (02 section 5.4)");

  /** Packets that the reference does not send, by kind. */
  private static final Map<String, String> ADDITIONAL =
      Map.of(
          "second HELLO to the root", "the first round trip is that of cold code (02 section 3.3)",
          "ECHO to the root", "replaces the WHOIS for the root itself (02 section 3.11)",
          "probe after RENDEZVOUS", "the first ones die in NATs (02 section 4.1)");

  private final List<Packet> sent = new ArrayList<>();
  private final Set<String> additional = new TreeSet<>();
  private final List<String> delivered = new ArrayList<>();
  private final PriorityQueue<Arrival> arrivals =
      new PriorityQueue<>(Comparator.comparingLong(Arrival::atMs));
  private final RecordingOutput output =
      new RecordingOutput() {
        @Override
        public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
          delivered.add((nowMs - T0) + " frame of " + (length - ETHERNET_HEADER) + " bytes");
        }
      };
  private Identity self;
  private Vl1 vl1;
  private Networks networks;
  private long nowMs = T0;

  /** A packet, decoded; times since the beginning of the recording. */
  private record Packet(long atMs, Map<String, String> decoded) {}

  /** A datagram in transit to our node. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Arrival(long atMs, InetSocketAddress from, byte[] bytes) {}

  @ParameterizedTest
  @ValueSource(strings = {"A", "B", "R"})
  void sendsWhatTheNodeOfTheReferenceSent(String me) {
    self = RecordedNodes.identity(me);
    var wanted = new HashMap<Integer, Packet>();
    var wantedDeliveries = new ArrayList<String>();
    var introducedMs = new ArrayList<Long>();
    for (JsonNode row : rows(me)) {
      long atMs = T0 + row.required("t_ms").asLong();
      boolean arrives = row.path("arrives_at").asText().equals(me);
      runUntil(arrives ? atMs + LATENCY_MS : atMs);
      if (arrives) {
        if (row.required("verb").asText().equals("RENDEZVOUS")) {
          introducedMs.add(nowMs - T0);
        }
        receive(row);
      } else if (row.path("sent_by").asText().equals(me)) {
        wanted.put(row.required("n").asInt(), new Packet(atMs - T0, decoded(row)));
        if (row.required("caused_by").asText().equals("api:frame")) {
          sendFrame(row);
        }
      } else if (row.path("node").asText().equals(me)) {
        if (row.path("event").asText().equals("UP")) {
          start();
        } else if (row.path("event").asText().equals("ONLINE")) {
          assertTrue(output.events.stream().anyMatch(Event.Online.class::isInstance));
        } else {
          wantedDeliveries.add(delivery(row));
        }
      } else if (row.has("mark")) {
        follow(row.required("mark").asText(), me);
      }
      collect();
    }

    assertEquals(wantedDeliveries, delivered);
    wanted.forEach(this::assertSent);
    List.copyOf(sent).forEach(packet -> assertIntended(packet, introducedMs));
    assertEquals(me.equals("R") ? Set.of() : ADDITIONAL.keySet(), additional);
  }

  /** The rows in the order in which they concern a node: arrivals when they arrive. */
  private static List<JsonNode> rows(String me) {
    var rows = new ArrayList<JsonNode>();
    TRACE.required("trace").forEach(rows::add);
    rows.sort(
        Comparator.comparingLong(
            row ->
                row.required("t_ms").asLong()
                    + (row.path("arrives_at").asText().equals(me) ? LATENCY_MS : 0)));
    return rows;
  }

  private void start() {
    String me = RecordedNodes.name(self.address());
    var planet = new StateKey(StateKey.Kind.PLANET, 0);
    vl1 =
        new Vl1(
            self,
            NodeOptions.DEFAULT,
            output,
            new Random(1),
            Map.of(planet, RecordedNodes.world("planet-nat")),
            nowMs);
    networks = new Networks(new NodeContext(vl1, output, new Random(2)), null, Map.of(), nowMs);
    vl1.attach(networks);
    vl1.socketsChanged(List.of(new LocalSocket(0, RecordedNodes.endpoint(SOCKETS.get(me)))), nowMs);
  }

  private void runUntil(long timeMs) {
    while (vl1 != null) {
      networks.updateDeadlines(vl1.deadlines());
      long deadlineMs = Math.max(nowMs, vl1.deadlines().atMs(vl1.deadlines().next()));
      long arrivalMs = arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().atMs;
      if (Math.min(deadlineMs, arrivalMs) > timeMs) {
        break;
      }
      nowMs = Math.min(deadlineMs, arrivalMs);
      if (arrivalMs <= deadlineMs) {
        Arrival next = arrivals.remove();
        Datagrams.receive(vl1, next.from, next.bytes, nowMs);
      } else {
        vl1.advance(nowMs);
        networks.advance(nowMs);
      }
      collect();
    }
    nowMs = timeMs;
  }

  /** Receives a packet as recorded; an OK answers the packet of ours that took its place. */
  private void receive(JsonNode row) {
    InetSocketAddress from = RecordedNodes.endpoint(row.required("wire_src").asText());
    JsonNode decoded = row.path("decoded");
    if (row.required("verb").asText().equals("OK")
        && sent.stream().anyMatch(packet -> isRequest(packet, row))) {
      long inRe = Vectors.number(decoded, "in_re_packet_id");
      vl1.context.expectedReplies.expect(inRe);
      vl1.context.expectedReplies.sentTo(inRe, from);
    }
    Datagrams.receive(vl1, from, Vectors.hex(row, "wire"), nowMs);
  }

  private static boolean isRequest(Packet packet, JsonNode reply) {
    return reply
            .required("decoded")
            .required("in_re_verb")
            .asText()
            .equals(packet.decoded.get("verb"))
        && reply.required("wire_src").asText().equals(packet.decoded.get("to"));
  }

  private void follow(String mark, String me) {
    if (mark.startsWith("A sends USER_MESSAGE to B") && me.equals("A")) {
      JsonNode message = nextSent("USER_MESSAGE").required("decoded");
      vl1.send(
          RecordedNodes.identity("B").address(),
          new UserMessage(
              Vectors.number(message, "type_id"), Bytes.of(Vectors.hex(message, "data"))),
          nowMs);
    } else if (mark.startsWith("both join") && !me.equals("R")) {
      byte[] frame = opened(nextSent("FRAME"));
      networks.join(new WireReader(frame, Packets.HEADER_BYTES, 8).u64(), nowMs);
    }
  }

  /** The next packet of A with this verb in the recording. */
  private JsonNode nextSent(String verb) {
    for (JsonNode row : TRACE.required("trace")) {
      if (T0 + row.required("t_ms").asLong() >= nowMs
          && row.path("sent_by").asText().equals("A")
          && row.path("verb").asText().equals(verb)) {
        return row;
      }
    }
    throw new AssertionError("no " + verb + " after " + (nowMs - T0));
  }

  private void sendFrame(JsonNode row) {
    byte[] bytes = opened(row);
    var in = new WireReader(bytes, Packets.HEADER_BYTES, bytes.length - Packets.HEADER_BYTES);
    long networkId = in.u64();
    long to = RecordedNodes.identity(row.required("header").required("dest").asText()).address();
    var frame = new WireWriter();
    frame.mac(Macs.of(to, networkId)).mac(Macs.of(self.address(), networkId));
    frame.bytes(in.bytes(in.remaining()));
    var batch = new FrameBatch(4_000);
    System.arraycopy(frame.array(), 0, batch.bytes(), batch.nextStart(), frame.size());
    batch.add(frame.size());
    networks.sendFrames(networkId, batch, nowMs);
  }

  private static byte[] opened(JsonNode row) {
    byte[] bytes = Vectors.hex(row, "wire");
    var view = new PacketView();
    view.wrap(bytes, 0, bytes.length);
    assertTrue(
        Decoded.cipher(view.source(), view.destination()).open(bytes, 0, bytes.length),
        () -> "packet " + row.required("n"));
    return bytes;
  }

  private static Map<String, String> decoded(JsonNode row) {
    return Decoded.of(
        new RecordingOutput.Datagram(
            0,
            RecordedNodes.endpoint(row.required("wire_dst").asText()),
            Vectors.hex(row, row.has("wire") ? "wire" : "data"),
            row.path("ip_ttl").asInt()));
  }

  private static String delivery(JsonNode row) {
    String what =
        row.required("delivered").asText().equals("frame")
            ? "frame of " + row.required("length") + " bytes"
            : row.required("type_id").asText() + " " + row.required("data").asText();
    return row.required("t_ms") + " " + what;
  }

  private void collect() {
    for (RecordingOutput.Datagram datagram : output.datagrams) {
      var packet = new Packet(nowMs - T0, Decoded.of(datagram));
      sent.add(packet);
      if (!additionalToRoot(packet).isEmpty()) {
        answer(packet, datagram);
      }
    }
    output.datagrams.clear();
    for (Event event : output.events) {
      if (event instanceof Event.UserMessageReceived message) {
        String type = HexFormat.of().toHexDigits(message.type());
        delivered.add((nowMs - T0) + " " + type + " " + message.data().hex());
      }
    }
    output.events.removeIf(Event.UserMessageReceived.class::isInstance);
  }

  /** Answers for the recorded root, which cannot have answered what only our node sends. */
  private void answer(Packet packet, RecordingOutput.Datagram request) {
    var view = new PacketView();
    view.wrap(request.bytes(), 0, request.bytes().length);
    Message ok =
        packet.decoded.get("verb").equals("ECHO")
            ? new EchoOk(view.id(), Bytes.of(new byte[0]))
            : new HelloOk(view.id(), nowMs, 12, 1, 14, 1, null, List.of(), Features.NONE);
    byte[] bytes = Datagrams.sealed("R", RecordedNodes.name(self.address()), ok);
    arrivals.add(new Arrival(nowMs + 2 * LATENCY_MS, request.to(), bytes));
  }

  /** The kind of a packet to the root that the reference does not send; empty for others. */
  private String additionalToRoot(Packet packet) {
    if (!ROOT.equals(packet.decoded.get("to"))) {
      return "";
    }
    boolean first = sent.stream().noneMatch(earlier -> earlier.atMs < packet.atMs);
    return switch (packet.decoded.get("verb")) {
      case "ECHO" -> "ECHO to the root";
      case "HELLO" -> first ? "" : "second HELLO to the root";
      default -> "";
    };
  }

  /** Finds the packet that takes the place of a recorded one, and removes it. */
  private void assertSent(int number, Packet wanted) {
    boolean found =
        sent.removeIf(
            packet ->
                packet.decoded.equals(wanted.decoded)
                    && (SENT_AT_ONCE.containsKey(number)
                        ? packet.atMs < wanted.atMs
                        : packet.atMs == wanted.atMs));
    assertEquals(!NOT_SENT.containsKey(number), found, () -> number + ": " + wanted);
  }

  /** Fails for a packet that takes no recorded packet's place and is not intended. */
  private void assertIntended(Packet packet, List<Long> introducedMs) {
    boolean probes =
        packet.decoded.containsKey("ip_ttl") || "HELLO".equals(packet.decoded.get("verb"));
    boolean introduced =
        introducedMs.stream()
            .anyMatch(atMs -> packet.atMs >= atMs && packet.atMs - atMs <= Introductions.LIFE_MS);
    String toRoot = additionalToRoot(packet);
    if (toRoot.isEmpty()) {
      assertTrue(probes && introduced, packet::toString);
    }
    boolean again = !additional.add(toRoot.isEmpty() ? "probe after RENDEZVOUS" : toRoot);
    assertTrue(!again || !toRoot.startsWith("second"), packet::toString);
  }
}
