// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

/** Authentic peers may send anything. */
class HostileInputTest {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final JsonNode SCRIPTS = Vectors.file("vl2/node_scripts.json");
  private static final Map<String, Identity> IDENTITIES = RecordedIdentities.all();
  private static final long NETWORK_ID = IDENTITIES.get("controller").address() << 24 | 1;

  private final RecordingLink link = new RecordingLink(IDENTITIES.get("alice"));
  private final RecordingOutput output = new RecordingOutput();
  private final Networks networks =
      new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), NOW_MS);

  private record Packet(int verb, String payload) {}

  private static List<Packet> recorded() {
    var all = new ArrayList<Packet>();
    for (JsonNode script : SCRIPTS.required("scripts")) {
      for (JsonNode step : script.required("steps")) {
        if (step.required("op").asText().equals("packet")) {
          String payload = step.required("payload").asText();
          for (var blob : SCRIPTS.required("blobs").properties()) {
            payload = payload.replace("<" + blob.getKey() + ">", blob.getValue().asText());
          }
          all.add(new Packet(step.required("verb").asInt(), payload));
        }
      }
    }
    return all;
  }

  private void receive(int verb, byte[] payload, Identity source, long nowMs) {
    InboundPacket packet = InboundPackets.of(link::reply, source, nowMs, verb, payload, nowMs);
    try {
      if (verb == Verb.ERROR.number()) {
        networks.receiveError(packet, ErrorMessage.read(packet.payload()));
      } else if (verb == Verb.OK.number()) {
        Verb inRe = Verb.of(packet.inReVerbNumber());
        if (inRe != null) {
          networks.receiveOk(packet, inRe);
        }
      } else {
        Verb known = Verb.of(verb);
        if (known != null) {
          networks.receive(packet, known);
        }
      }
    } catch (WireException expected) {
      // The only exception that invalid input can cause.
    }
  }

  @Test
  void survivesMutatedPackets() {
    networks.join(NETWORK_ID, NOW_MS);
    link.known.put(IDENTITIES.get("controller").address(), IDENTITIES.get("controller"));
    String config = SCRIPTS.required("blobs").required("b00").asText();
    networks.exchange.apply(
        networks.networks.get(NETWORK_ID),
        NetworkConfig.decode(Vectors.bytes(config)),
        false,
        NOW_MS);
    List<Packet> packets = recorded();
    for (long seed = 0; seed < 30_000; seed++) {
      var random = new Random(seed);
      Packet packet = packets.get(random.nextInt(packets.size()));
      byte[] payload = mutate(Vectors.bytes(packet.payload), random);
      int verb = random.nextInt(20) == 0 ? random.nextInt(32) : packet.verb;
      String sender = random.nextBoolean() ? "bob" : "mallory";
      try {
        receive(verb, payload, IDENTITIES.get(sender), NOW_MS + seed);
        networks.advance(NOW_MS + seed);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      link.sent.clear();
      output.clear();
    }
    assertTrue(networks.networks.get(NETWORK_ID).members.all().size() <= 20);
  }

  private static byte[] mutate(byte[] payload, Random random) {
    int length =
        switch (random.nextInt(3)) {
          case 0 -> random.nextInt(payload.length + 1);
          case 1 -> Math.min(9_996, payload.length + random.nextInt(64));
          default -> payload.length;
        };
    byte[] changed = Arrays.copyOf(payload, length);
    for (int i = random.nextInt(4); i > 0 && length > 0; i--) {
      changed[random.nextInt(length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  @Test
  void skipsChunksOfAPeerForASecondAfterAnInvalidSignature() {
    networks.join(NETWORK_ID, NOW_MS);
    Identity controller = IDENTITIES.get("controller");
    link.known.put(controller.address(), controller);
    byte[] dictionary =
        new TestController(controller, NETWORK_ID).config(IDENTITIES.get("alice"), NOW_MS).encode();
    byte[] good = chunk(controller, dictionary);
    byte[] forged = chunk(IDENTITIES.get("mallory"), dictionary);
    Identity bob = IDENTITIES.get("bob");

    receive(Verb.NETWORK_CONFIG.number(), forged, bob, NOW_MS);
    receive(Verb.NETWORK_CONFIG.number(), good, bob, NOW_MS + 999);
    assertEquals(1, link.drops.get(Drop.BAD_CONFIGURATION));
    assertEquals(1, link.drops.get(Drop.RATE_LIMITED));
    assertNull(networks.status(NETWORK_ID).orElseThrow().config());
    receive(Verb.NETWORK_CONFIG.number(), good, bob, NOW_MS + 1_000);

    assertNotNull(networks.status(NETWORK_ID).orElseThrow().config());
  }

  private static byte[] chunk(Identity signer, byte[] dictionary) {
    var out = new WireWriter();
    ConfigChunk.split(signer, NETWORK_ID, dictionary, 7, 0).getFirst().writeTo(out);
    return out.toByteArray();
  }
}
