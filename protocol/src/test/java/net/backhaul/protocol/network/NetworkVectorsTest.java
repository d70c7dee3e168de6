// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import static net.backhaul.protocol.WireBytes.reader;
import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import net.backhaul.protocol.WireBytes;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NetworkVectorsTest {
  private static final Map<String, Identity> IDENTITIES = identities();

  private static Map<String, Identity> identities() {
    var all = new HashMap<String, Identity>();
    Vectors.file("vl2/identities.json")
        .required("identities")
        .properties()
        .forEach(
            entry -> all.put(entry.getKey(), Identity.parse(text(entry.getValue(), "secret"))));
    return all;
  }

  @Test
  void writesRecordedDictionaries() {
    for (JsonNode vector : Vectors.file("vl2/dictionaries.json").required("encode")) {
      var out = new DictionaryWriter(vector.required("capacity").asInt());
      int i = 0;
      for (JsonNode add : vector.required("adds")) {
        assertEquals(
            vector.required("addResults").get(i++).asBoolean(),
            add(out, add),
            text(vector, "title"));
      }
      assertArrayEquals(hex(vector, "raw"), out.toByteArray(), text(vector, "title"));
    }
  }

  private static boolean add(DictionaryWriter out, JsonNode add) {
    String key = text(add, "key");
    return switch (text(add, "type")) {
      case "str" ->
          add.has("hex")
              ? out.add(key, untilNul(hex(add, "hex")))
              : out.add(key, text(add, "value"));
      case "bin" -> out.add(key, hex(add, "hex"));
      case "bool" -> out.add(key, add.required("value").asBoolean());
      case "u64" -> out.addU64(key, unsigned(add));
      case "i64" -> out.addU64(key, Math.abs(add.required("value").asLong()));
      case "addr" -> out.addU64(key, unsigned(add)); // The reference has no encoder for it.
      default -> throw new AssertionError(add.toString());
    };
  }

  private static byte[] untilNul(byte[] text) {
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return Arrays.copyOf(text, end);
  }

  private static long unsigned(JsonNode add) {
    return Long.parseUnsignedLong(text(add, "hex"), 16);
  }

  @Test
  void readsRecordedDictionaries() {
    for (JsonNode vector : Vectors.file("vl2/dictionaries.json").required("decode")) {
      byte[] raw = hex(vector, "raw");
      int capacity = vector.required("capacity").asInt();
      byte[] kept = raw.length < capacity ? raw : Arrays.copyOf(raw, capacity - 1);
      Dictionary dictionary = Dictionary.parse(kept);
      for (JsonNode lookup : vector.required("lookups")) {
        String key = text(lookup, "key");
        String what = text(vector, "title") + ": " + key;
        if (key.isEmpty()) {
          continue;
        }
        byte[] value = dictionary.bytes(key);
        if (lookup.required("len").asInt() < 0) {
          assertNull(value, what);
        } else {
          assertNotNull(value, what);
          int limit = lookup.path("destlen").asInt(4096) - 1;
          byte[] shown = value.length > limit ? Arrays.copyOf(value, limit) : value;
          assertEquals(text(lookup, "hex"), HexFormat.of().formatHex(shown), what);
        }
        assertEquals(
            text(lookup, "getUI"), HexFormat.of().toHexDigits(dictionary.u64(key, 0xfeed)), what);
        assertEquals(
            lookup.required("getB_default_false").asBoolean(), dictionary.bool(key, false), what);
        assertEquals(
            lookup.required("getB_default_true").asBoolean(), dictionary.bool(key, true), what);
        assertEquals(lookup.required("contains").asBoolean(), dictionary.contains(key), what);
      }
    }
  }

  @Test
  void readsAndWritesRecordedConfigurations() {
    for (JsonNode vector : Vectors.file("vl2/network_configs.json").required("encoded")) {
      byte[] dictionary = hex(vector, "dict");

      NetworkConfig config = NetworkConfig.decode(dictionary);

      String title = text(vector, "title");
      // The reference writes capabilities in any order; readers sort them.
      boolean reordered = config.capabilities().size() > 1 || config.tags().size() > 1;
      // SSO fields of a network without SSO are discarded (03 section 3.6).
      boolean cleared = config.sso().version() == 1 && !config.sso().enabled();
      byte[] again = config.encode();
      if (!cleared) {
        assertEquals(dictionary.length, again.length, title);
      }
      boolean clamped = Dictionary.parse(dictionary).u64("mtu", 0) != config.mtuBytes();
      if (!reordered && !cleared && !clamped) {
        assertArrayEquals(dictionary, again, title);
      }
      assertMeans(vector.required("differsFromMinimal"), config, title);
      assertEquals(config, NetworkConfig.decode(config.encode()), title);
    }
  }

  @Test
  void acceptsOrRejectsUnusualConfigurations() {
    for (JsonNode vector : Vectors.file("vl2/network_configs.json").required("decode")) {
      byte[] dictionary = hex(vector, "dict");
      String title = text(vector, "title");
      if (vector.required("accepted").asBoolean()) {
        NetworkConfig config = NetworkConfig.decode(dictionary);
        assertMeans(vector.required("differsFromMinimal"), config, title);
      } else {
        assertThrows(WireException.class, () -> NetworkConfig.decode(dictionary), title);
      }
    }
  }

  @Test
  void keepsTheMaximumMulticastLimit() {
    byte[] dictionary = "v=7\nnwid=1\nid=1\nml=00000000ffffffff".getBytes(StandardCharsets.UTF_8);

    Dictionary again = Dictionary.parse(NetworkConfig.decode(dictionary).encode());

    assertEquals(0xffff_ffffL, again.u64("ml", 0));
  }

  private static void assertMeans(JsonNode fields, NetworkConfig config, String title) {
    fields
        .properties()
        .forEach(
            entry -> {
              JsonNode expected = entry.getValue();
              Object found =
                  switch (entry.getKey()) {
                    case "timestamp" -> config.timestampMs();
                    case "credentialTimeMaxDelta" -> config.credentialWindowMs();
                    case "revision" -> config.revision();
                    case "multicastLimit" -> Integer.toUnsignedLong(config.multicastLimit());
                    case "mtu" -> (long) config.mtuBytes();
                    case "type" -> config.isPublic() ? 1L : 0L;
                    default -> null;
                  };
              if (found != null) {
                assertEquals(expected.asLong(), found, title + ": " + entry.getKey());
              }
              Integer size =
                  switch (entry.getKey()) {
                    case "capabilities" -> config.capabilities().size();
                    case "tags" -> config.tags().size();
                    case "certificatesOfOwnership" -> config.ownerships().size();
                    case "specialists" -> config.specialists().size();
                    case "routes" -> config.routes().size();
                    case "rules" -> config.rules().size();
                    default -> null;
                  };
              if (size != null) {
                assertEquals(expected.size(), size, title + ": " + entry.getKey());
              }
              String text = said(entry.getKey(), config);
              if (text != null) {
                assertEquals(said(expected), text, title + ": " + entry.getKey());
              }
              assertTrue(
                  found != null || size != null || text != null || expected.isObject(),
                  title + " has " + entry.getKey());
            });
  }

  private static String said(JsonNode value) {
    if (value.isArray()) {
      var items = new ArrayList<String>();
      value.forEach(item -> items.add(said(item)));
      items.removeIf(String::isEmpty); // Null addresses are discarded.
      return items.toString();
    }
    if (value.has("target")) {
      return said(value.get("target")) + " via " + said(value.get("via"));
    }
    return value.isNull() ? "-" : value.asText();
  }

  private static @Nullable String said(String key, NetworkConfig config) {
    return switch (key) {
      case "flags" -> HexFormat.of().toHexDigits(config.flags());
      case "nameHex" -> HexFormat.of().formatHex(config.name().getBytes(StandardCharsets.UTF_8));
      case "remoteTraceTarget" -> Addresses.text(config.traceTarget());
      case "remoteTraceLevel" -> "" + config.traceLevel();
      case "staticIps" -> config.addresses().toString();
      case "specialists" ->
          config.specialists().stream().map(HexFormat.of()::toHexDigits).toList().toString();
      case "routes" ->
          config.routes().stream()
              .map(
                  route ->
                      route.target()
                          + " via "
                          + (route.via() == null ? "-" : Endpoints.ipText(route.via()) + "/0"))
              .toList()
              .toString();
      case "ssoVersion" -> "" + config.sso().version();
      case "ssoEnabled" -> "" + config.sso().enabled();
      case "authenticationURL" -> config.sso().authenticationUrl();
      case "authenticationExpiryTime" -> "" + config.sso().expiryMs();
      case "issuerURL" -> config.sso().issuerUrl();
      case "centralAuthURL" -> config.sso().centralUrl();
      case "ssoNonce" -> config.sso().nonce();
      case "ssoState" -> config.sso().state();
      case "ssoClientID" -> config.sso().clientId();
      case "ssoProvider" -> config.sso().provider();
      default -> null;
    };
  }

  @Test
  void verifiesRecordedCredentials() {
    for (JsonNode vector : Vectors.file("vl2/credentials.json").required("items")) {
      String title = text(vector, "kind") + ": " + text(vector, "title");
      byte[] bytes = hex(vector, "hex");
      String result = text(vector, "result");
      WireReader in = reader(bytes);
      if (result.equals("parse-error")) {
        assertThrows(WireException.class, () -> read(text(vector, "kind"), in), title);
        continue;
      }
      Credential credential = read(text(vector, "kind"), in);
      var known = new HashMap<Long, Identity>();
      known.put(IDENTITIES.get("alice").address(), IDENTITIES.get("alice"));
      vector
          .required("known")
          .forEach(
              name ->
                  known.put(
                      IDENTITIES.get(name.asText()).address(), IDENTITIES.get(name.asText())));

      SignatureStatus check = credential.verify(known::get);

      SignatureStatus expected =
          switch (result) {
            case "ok" -> SignatureStatus.VALID;
            case "bad" -> SignatureStatus.INVALID;
            default -> SignatureStatus.SIGNER_UNKNOWN;
          };
      assertEquals(expected, check, title);
      JsonNode length = vector.path("fields").path("length");
      if (length.isInt()) {
        assertEquals(length.asInt(), in.position(), title);
      }
      if (vector.has("signedBytes")) {
        assertEquals(
            text(vector, "signedBytes"), HexFormat.of().formatHex(signedBytes(credential)), title);
        assertEquals(text(vector, "hex"), WireBytes.written(credential::writeTo), title);
      }
    }
  }

  private static Credential read(String kind, WireReader in) {
    return switch (kind) {
      case "com" -> MembershipCertificate.read(in);
      case "cap" -> Capability.read(in);
      case "tag" -> Tag.read(in);
      case "coo" -> OwnershipCertificate.read(in);
      case "rev" -> Revocation.read(in);
      default -> throw new AssertionError(kind);
    };
  }

  private static byte[] signedBytes(Credential credential) {
    return switch (credential) {
      case MembershipCertificate com -> com.signedBytes();
      case Capability capability -> capability.signedBytes();
      case Tag tag -> tag.signedBytes();
      case OwnershipCertificate ownership -> ownership.signedBytes();
      case Revocation revocation -> revocation.signedBytes();
    };
  }

  @Test
  void comparesRecordedMemberships() {
    for (JsonNode vector : Vectors.file("vl2/credentials.json").required("agreement")) {
      MembershipCertificate mine = MembershipCertificate.read(reader(hex(vector, "a")));
      MembershipCertificate theirs = MembershipCertificate.read(reader(hex(vector, "b")));

      boolean agrees = mine.agreesWith(theirs, IDENTITIES.get(text(vector, "bPresentedBy")));

      assertEquals(vector.required("agrees").asBoolean(), agrees, text(vector, "title"));
    }
  }

  @Test
  void issuesRecordedCredentials() {
    Identity controller = IDENTITIES.get("controller");
    for (JsonNode vector : Vectors.file("vl2/credentials.json").required("items")) {
      JsonNode spec = vector.path("spec");
      boolean plain =
          text(vector, "kind").equals("com")
              && text(vector, "title").startsWith("good, 7")
              && spec.path("signer").asText().equals("controller");
      if (plain) {
        MembershipCertificate issued =
            MembershipCertificate.issue(
                controller,
                NetworkIds.parse(text(spec, "nwid")),
                spec.required("ts").asLong(),
                spec.required("delta").asLong(),
                IDENTITIES.get(text(spec, "issuedTo")));
        assertEquals(text(vector, "hex"), WireBytes.written(issued::writeTo));
      }
    }
  }

  @Test
  void readsRecordedRules() {
    for (JsonNode vector : Vectors.file("vl2/rules_wire.json").required("decode")) {
      byte[] wire = hex(vector, "wire");
      int max = vector.required("maxRules").asInt();
      String title = text(vector, "title");
      if (vector.required("error").asBoolean()) {
        assertThrows(WireException.class, () -> Rules.read(wire, max), title);
        continue;
      }
      var rules = Rules.read(wire, max);
      assertEquals(vector.required("rules").size(), rules.size(), title);
      for (int i = 0; i < rules.size(); i++) {
        JsonNode expected = vector.required("rules").get(i);
        assertEquals(expected.required("type").asInt(), rules.get(i).type(), title);
        assertEquals(expected.path("not").asBoolean(), rules.get(i).not(), title);
        assertEquals(expected.path("or").asBoolean(), rules.get(i).or(), title);
      }
      if (title.startsWith("all rule types") || title.startsWith("limit of")) {
        int consumed = vector.required("consumed").asInt();
        assertEquals(
            HexFormat.of().formatHex(wire, 0, consumed),
            WireBytes.written(out -> Rules.write(out, rules)),
            title);
      }
    }
  }

  @Test
  void verifiesAndAssemblesChunksInAnyOrder() {
    for (JsonNode vector : Vectors.file("vl2/config_transport.json")) {
      byte[] dictionary = hex(vector, "dictionary");
      var assembler = new ChunkAssembler();
      byte[] whole = null;
      for (int i = vector.required("chunks").size() - 1; i >= 0; i--) {
        JsonNode piece = vector.required("chunks").get(i);
        var payload = new WireWriter();
        payload.bytes(hex(piece, "prefix"));
        payload.bytes(
            dictionary, piece.required("dictOffset").asInt(), piece.required("dictLength").asInt());
        payload.bytes(hex(piece, "suffix"));
        WireReader in = reader(payload.toByteArray());
        if (piece.required("verb").asInt() == 3) {
          in.skip(9);
        }
        ConfigChunk chunk = ConfigChunk.read(in);

        assertTrue(
            IDENTITIES
                .get("controller")
                .verify(chunk.signedBytes(), chunk.signature().toByteArray()));
        whole = assembler.accept(chunk);
        assertTrue(assembler.isDuplicate(chunk));
      }
      assertArrayEquals(dictionary, whole);
    }
  }

  @Test
  void assemblesOurOwnChunks() {
    Identity controller = IDENTITIES.get("controller");
    byte[] dictionary = new byte[25_000];
    new Random(3).nextBytes(dictionary);
    var assembler = new ChunkAssembler();
    byte[] whole = null;

    for (ConfigChunk chunk : ConfigChunk.split(controller, 0xba7bb1ffa8000001L, dictionary, 9, 0)) {
      assertTrue(controller.verify(chunk.signedBytes(), chunk.signature().toByteArray()));
      whole = assembler.accept(chunk);
    }

    assertArrayEquals(dictionary, whole);
  }

  @Test
  void throwsNothingButWireExceptions() {
    JsonNode items = Vectors.file("vl2/credentials.json").required("items");
    String[] kinds = {"com", "cap", "tag", "coo", "rev"};
    for (long seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      byte[] bytes = hex(items.get(random.nextInt(items.size())), "hex");
      for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      byte[] truncated = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      try {
        read(kinds[random.nextInt(kinds.length)], reader(truncated)).verify(address -> null);
      } catch (WireException expected) {
        // The only exception that invalid input causes.
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void comparesBytesByContent() {
    assertEquals(Bytes.ofHex("00ff"), Bytes.of(new byte[] {0, -1}));
  }
}
