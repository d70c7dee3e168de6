// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.MulticastFrame;
import net.backhaul.protocol.message.MulticastLike;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Takes the place of one reference node in a session of four (walkthrough.json).
 *
 * <p>Packets of the others are received as recorded; sent packets must equal those of the
 * reference. Not compared: requests and answers, which carry packet ids of that run, and what
 * belongs to VL1.
 */
class WalkthroughTest {
  private static final Map<String, Identity> IDENTITIES = RecordedIdentities.all();
  private static final long NETWORK_ID = IDENTITIES.get("controller").address() << 24 | 1;
  private static final Set<String> COMPARED =
      Set.of(
          "MULTICAST_LIKE", "MULTICAST_GATHER", "NETWORK_CREDENTIALS", "MULTICAST_FRAME", "FRAME");
  private static final long START_MS = 1_795_000_000_000L;

  private final List<JsonNode> events =
      Stream.of(Vectors.file("vl2/walkthrough.json")).flatMap(JsonNode::valueStream).toList();
  private final RecordingOutput output = new RecordingOutput();
  private final Set<String> sent = new HashSet<>();
  private long nowMs = START_MS;

  @ParameterizedTest
  @ValueSource(strings = {"alice", "bob"})
  void sendsWhatAReferenceNodeSent(String me) {
    var link = new RecordingLink(IDENTITIES.get(me));
    IDENTITIES.values().forEach(one -> link.known.put(one.address(), one));
    link.upstreams.add(IDENTITIES.get("root").address());
    var networks =
        new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), nowMs);
    networks.join(NETWORK_ID, nowMs);
    var wanted = new ArrayList<String>();
    var tap = new ArrayList<String>();

    for (int i = 0; i < events.size(); i++) {
      JsonNode event = events.get(i);
      nowMs = START_MS + event.required("t").asLong();
      if (event.has("payload") && event.required("to").asText().equals(me)) {
        receive(networks, link, event);
      } else if (event.has("payload") && event.required("from").asText().equals(me)) {
        note(wanted, event);
      } else if (event.path("event").asText().contains("hosts subscribe")) {
        subscribe(networks, me, i);
      } else if (event.path("event").asText().startsWith(me + "'s host")) {
        sendFrame(networks, me, i);
      } else if (event.path("event").asText().equals("frame to tap")
          && event.required("node").asText().equals(me)) {
        tap.add(ethernet(event));
      }
      link.sent.forEach(one -> sent.add(one.verb() + " to " + one.to() + ": " + one.payload()));
      link.sent.clear();
    }

    assertEquals(tap, output.frames);
    for (String packet : wanted) {
      assertTrue(sent.contains(packet), packet);
    }
    assertTrue(wanted.size() > 5);
    List<NetworkStatus.State> states =
        output.changes.stream().map(NetworkStatus::state).distinct().toList();
    assertTrue(states.contains(NetworkStatus.State.OK));
    assertEquals(me.equals("alice"), states.contains(NetworkStatus.State.ACCESS_DENIED));
  }

  private void receive(Networks networks, RecordingLink link, JsonNode event) {
    byte[] payload = Vectors.bytes(event.required("payload").asText());
    Identity source = IDENTITIES.get(event.required("from").asText());
    Verb verb = Verb.valueOf(event.required("verb").asText());
    InboundPacket packet = link.packet(source, nowMs, verb, payload, nowMs);
    switch (verb) {
      case ERROR -> networks.receiveError(packet, ErrorMessage.read(packet.payload()));
      case OK -> networks.receiveOk(packet, Verb.valueOf(event.required("inReVerb").asText()));
      default -> networks.receive(packet, verb);
    }
  }

  private static void note(List<String> wanted, JsonNode event) {
    String verb = event.required("verb").asText();
    if (COMPARED.contains(verb)) {
      long to = IDENTITIES.get(event.required("to").asText()).address();
      wanted.add(verb + " to " + to + ": " + event.required("payload").asText());
    }
  }

  private void subscribe(Networks networks, String me, int i) {
    byte[] like = Vectors.bytes(nextFrom(me, i, Set.of("MULTICAST_LIKE")));
    MulticastLike message = MulticastLike.read(new WireReader(like, 0, like.length));
    networks.subscribe(NETWORK_ID, List.of(message.entries().getFirst().group()), nowMs);
  }

  /** Sends the frame of the host that the recording sends next. */
  private void sendFrame(Networks networks, String me, int i) {
    byte[] payload = Vectors.bytes(nextFrom(me, i, Set.of("FRAME", "MULTICAST_FRAME")));
    var in = new WireReader(payload, 0, payload.length);
    long from = Macs.of(IDENTITIES.get(me).address(), NETWORK_ID);
    String peer = me.equals("alice") ? "bob" : "alice";
    var frame = new WireWriter();
    if (payload[8] == 0x02) {
      MulticastFrame message = MulticastFrame.read(in);
      frame.mac(message.destinationMac()).mac(from).u16(message.etherType());
      message.data().writeTo(frame);
    } else {
      in.skip(8);
      frame.mac(Macs.of(IDENTITIES.get(peer).address(), NETWORK_ID)).mac(from);
      frame.bytes(in.bytes(in.remaining()));
    }
    var batch = new FrameBatch(4_000);
    System.arraycopy(frame.array(), 0, batch.bytes(), batch.nextStart(), frame.size());
    batch.add(frame.size());
    networks.sendFrames(NETWORK_ID, batch, nowMs);
  }

  private String nextFrom(String me, int i, Set<String> verbs) {
    return events.stream()
        .skip(i)
        .filter(event -> event.path("from").asText().equals(me))
        .filter(event -> verbs.contains(event.path("verb").asText()))
        .findFirst()
        .orElseThrow()
        .required("payload")
        .asText();
  }

  private static String ethernet(JsonNode event) {
    return (event.required("dest").asText() + event.required("source").asText()).replace(":", "")
        + HexFormat.of().toHexDigits((short) event.required("etherType").asInt())
        + event.required("frame").asText();
  }
}
