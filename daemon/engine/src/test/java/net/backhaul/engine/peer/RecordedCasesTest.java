// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.backhaul.engine.Event;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.network.Networks;
import net.backhaul.engine.network.NodeContext;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Replays the input that the reference was given, and expects its output (02 section 8). */
class RecordedCasesTest {
  private static final long SETTLED_MS = 3_000;

  /** Where we differ from what was recorded, and why that is right. */
  private static final Map<String, String> DIFFERENCES =
      Map.ofEntries(
          Map.entry(
              "hello-collision-proto12",
              "the reference seals the answer with a key that its reader cannot have (02 section"
                  + " 2.1)"),
          Map.entry(
              "echo-big", "our replies are split into datagrams that every socket can receive"),
          Map.entry(
              "rdv-ok-v6", "an endpoint of the other family is probed from all sockets of its own"),
          Map.entry(
              "frag-late", "fragments of a packet expire after five seconds (02 section 1.6)"),
          Map.entry(
              "hello-ratelimit",
              "an idle prefix may present a few identities at once (IdentityRateLimiter)"));

  @TestFactory
  Stream<DynamicTest> replaysCasesOfReference() {
    return StreamSupport.stream(
            Vectors.file("vl1/cases.json").required("cases").spliterator(), false)
        .map(recorded -> dynamicTest(recorded.required("id").asText(), () -> replay(recorded)));
  }

  private final class Device {
    final RecordingOutput output = new RecordingOutput();
    final Vl1 vl1;
    final long nowMs;
    final List<Map<String, String>> sent = new ArrayList<>();
    final List<RecordingOutput.Datagram> datagrams = new ArrayList<>();

    Device(JsonNode recorded) {
      JsonNode setup = recorded.required("setup");
      nowMs = recorded.required("now_unix_ms").asLong();
      String planet = setup.required("root_role").asBoolean() ? "planet-root-A" : "planet";
      vl1 =
          new Vl1(
              RecordedNodes.identity("A"),
              options(setup),
              output,
              new Random(1),
              Map.of(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world(planet)),
              nowMs - SETTLED_MS);
      vl1.attach(
          new Networks(
              new NodeContext(vl1, output, new Random(2)), null, Map.of(), nowMs - SETTLED_MS));
      setup.required("peers").forEach(this::addPeer);
      setup
          .path("expecting_reply_to")
          .forEach(
              id -> {
                long packetId = HexFormat.fromHexDigitsToLong(id.asText());
                String from = recorded.required("inject").get(0).required("from").asText();
                vl1.context.expectedReplies.expect(packetId);
                vl1.context.expectedReplies.sentTo(packetId, RecordedNodes.endpoint(from));
              });
      output.events.clear();
      output.saved.clear();
    }

    private NodeOptions options(JsonNode setup) {
      var physical = new ArrayList<NodeOptions.PhysicalNetwork>();
      for (JsonNode path : setup.path("trusted_paths")) {
        physical.add(
            new NodeOptions.PhysicalNetwork(
                IpPrefix.parse(path.required("network").asText()),
                false,
                HexFormat.fromHexDigitsToLong(path.required("id").asText()),
                0));
      }
      return new NodeOptions(
          physical,
          Map.of(),
          Map.of(),
          NodeOptions.DEFAULT_MAX_PEERS,
          false,
          0,
          NodeOptions.RelayUse.NEVER);
    }

    private void addPeer(JsonNode known) {
      Identity identity = RecordedNodes.identity(known.required("name").asText());
      Peer peer = vl1.peers.add(identity.withoutPrivateKey()).orElseThrow();
      int protocol = known.required("protocol").asInt();
      if (protocol > 0) {
        peer.version(protocol, 1, 14, 1);
        peer.lastReceiveMs = nowMs - SETTLED_MS;
      }
      if (known.required("path_confirmed").asBoolean()) {
        var path = new Path(0, RecordedNodes.endpoint(known.required("path").asText()));
        path.lastInMs = nowMs - SETTLED_MS;
        path.lastValidMs = nowMs - SETTLED_MS;
        path.lastOutMs = nowMs - SETTLED_MS;
        peer.addPath(path, nowMs);
      }
    }

    void inject(JsonNode datagram) {
      byte[] bytes = Vectors.hex(datagram, "wire");
      inject(
          RecordedNodes.endpoint(datagram.required("from").asText()),
          bytes,
          datagram.required("after_ms").asLong());
    }

    void inject(InetSocketAddress from, byte[] bytes, long afterMs) {
      Datagrams.receive(vl1, from, bytes, nowMs + afterMs);
      for (RecordingOutput.Datagram datagram : output.datagrams) {
        Map<String, String> fields = Decoded.of(datagram);
        fields.put("after_ms", "" + afterMs);
        sent.add(fields);
      }
      datagrams.addAll(output.datagrams);
      output.datagrams.clear();
    }
  }

  private void replay(JsonNode recorded) {
    String id = recorded.required("id").asText();
    var device = new Device(recorded);
    if (id.equals("len-10025")) {
      device.inject(RecordedNodes.endpoint("10.0.2.2/9993"), new byte[10_025], 0);
    }
    if (id.equals("frag-evicted")) {
      evict(device, recorded);
    } else if (id.equals("unknown-source-timeline")) {
      requestIdentityForFiveSeconds(device, recorded);
      return;
    } else {
      recorded.required("inject").forEach(device::inject);
    }
    switch (id) {
      case "hello-collision-proto12" -> {
        assertEquals(1, device.sent.size());
        assertEquals("1", device.sent.getFirst().get("cipher"));
      }
      case "echo-big" ->
          assertEquals(
              List.of("(head of a fragmented packet)", "1 of 2"),
              List.of(device.sent.getFirst().get("verb"), device.sent.getLast().get("fragment")));
      case "rdv-ok-v6" ->
          assertEquals(
              List.of(Output.ALL_SOCKETS, Output.ALL_SOCKETS),
              device.datagrams.stream().map(RecordingOutput.Datagram::socket).toList());
      case "hello-ratelimit" -> assertEquals(4, device.sent.size());
      default -> assertEquals(expected(recorded), sorted(device.sent), why(recorded));
    }
    if (!DIFFERENCES.containsKey(id)) {
      assertPeerState(recorded, device);
      assertEvents(recorded, device);
    }
  }

  private static String why(JsonNode recorded) {
    return recorded.required("title").asText() + ": " + recorded.required("expected").asText();
  }

  private static List<String> expected(JsonNode recorded) {
    var all = new ArrayList<Map<String, String>>();
    for (JsonNode output : recorded.path("observed_output")) {
      var fields = new TreeMap<String, String>();
      output
          .properties()
          .forEach(
              entry -> {
                var items = new ArrayList<String>();
                entry.getValue().forEach(item -> items.add(item.asText()));
                boolean list = entry.getValue().isArray();
                fields.put(entry.getKey(), list ? items.toString() : entry.getValue().asText());
              });
      all.add(fields);
    }
    return sorted(all);
  }

  private static List<String> sorted(List<Map<String, String>> sent) {
    return sent.stream().map(Object::toString).sorted().toList();
  }

  private void assertPeerState(JsonNode recorded, Device device) {
    JsonNode state = recorded.required("observed_peer_state");
    Peer peer =
        device.vl1.peers.get(RecordedNodes.identity(state.required("peer").asText()).address());
    assertEquals(state.required("known").asBoolean(), peer != null, why(recorded));
    if (peer == null) {
      return;
    }
    assertEquals(
        state.required("counted_as_received").asBoolean(),
        peer.lastReceiveMs >= device.nowMs,
        "counted: " + why(recorded));
    assertEquals(
        state.required("counted_as_nontrivial").asBoolean(),
        peer.lastNonTrivialMs >= device.nowMs,
        "nontrivial: " + why(recorded));
    assertEquals(state.required("protocol").asInt(), peer.protocolVersion, why(recorded));
    var paths = new ArrayList<String>();
    state.required("paths").forEach(path -> paths.add(path.asText()));
    assertEquals(
        paths,
        peer.paths.stream().map(path -> Endpoints.text(path.endpoint)).toList(),
        why(recorded));
  }

  private void assertEvents(JsonNode recorded, Device device) {
    long messages = 0;
    boolean collision = false;
    boolean planetSaved = false;
    for (JsonNode event : recorded.path("observed_events")) {
      switch (event.required("what").asText()) {
        case "USER_MESSAGE delivered" -> messages++;
        case "event" -> collision = true;
        case "state object stored" -> planetSaved = true;
        default -> {}
      }
    }
    var delivered =
        device.output.events.stream().filter(Event.UserMessageReceived.class::isInstance).count();
    assertEquals(messages, delivered, why(recorded));
    assertEquals(
        collision,
        device.output.events.stream().anyMatch(Event.IdentityCollision.class::isInstance));
    assertEquals(
        planetSaved,
        device.output.saved.stream().anyMatch(key -> key.kind() == StateKey.Kind.PLANET));
  }

  private void evict(Device device, JsonNode recorded) {
    JsonNode inject = recorded.required("inject");
    device.inject(inject.get(0));
    device.inject(inject.get(1));
    for (int i = 0; i < 32; i++) {
      byte[] other = Vectors.hex(inject.get(0), "wire");
      other[0] += (byte) (i + 1);
      device.inject(RecordedNodes.endpoint("10.0.2.2/9993"), other, 0);
    }
    device.inject(inject.get(2));
  }

  /**
   * The reference's timers have another phase: whether, how often and how long it requests is
   * compared.
   */
  private void requestIdentityForFiveSeconds(Device device, JsonNode recorded) {
    device.inject(recorded.required("inject").get(0));
    var requestedMs = new ArrayList<Long>(List.of(0L));
    assertEquals("WHOIS", device.sent.getFirst().get("verb"));
    for (long ms = 1; ms <= 6_500; ms++) {
      device.output.datagrams.clear();
      device.vl1.advance(device.nowMs + ms);
      for (RecordingOutput.Datagram datagram : device.output.datagrams) {
        if ("WHOIS".equals(Decoded.of(datagram).get("verb"))) {
          requestedMs.add(ms);
        }
      }
    }
    for (int i = 1; i < requestedMs.size(); i++) {
      long gapMs = requestedMs.get(i) - requestedMs.get(i - 1);
      assertTrue(gapMs >= 500 && gapMs <= 600, () -> "requested at " + requestedMs);
    }
    assertTrue(
        requestedMs.size() >= 10 && requestedMs.getLast() <= 5_500,
        () -> "requested at " + requestedMs);
    assertEquals(0, device.vl1.counters().received(Verb.ECHO));
  }
}
