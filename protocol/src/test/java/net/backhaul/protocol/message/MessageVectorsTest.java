// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.crypto.Agreement;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

/** Recorded packets are opened, decoded to the recorded fields and written unchanged. */
class MessageVectorsTest {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final Map<String, Identity> IDENTITIES = identities();

  /** Fields of vectors that are descriptions or derive from other fields. */
  private static final Set<String> DERIVED =
      Set.of(
          "encrypted_at",
          "encrypted",
          "encrypted_plain",
          "trailing",
          "error",
          "worlds_len",
          "dict_len",
          "chunk_len",
          "count",
          "data_len",
          "addr_len",
          "sig_type");

  private static Map<String, Identity> identities() {
    var all = new HashMap<String, Identity>();
    Vectors.file("vl1/identities.json")
        .required("identities")
        .properties()
        .forEach(e -> all.put(e.getKey(), Identity.parse(text(e.getValue(), "secret"))));
    return all;
  }

  @Test
  void agreesOnRecordedKeys() {
    for (JsonNode pair : Vectors.file("vl1/identities.json").required("pair_keys")) {
      Identity one = IDENTITIES.get(pair.required("between").get(0).asText());
      Identity other = IDENTITIES.get(pair.required("between").get(1).asText());

      byte[] key = one.agree(other).orElseThrow();

      assertArrayEquals(hex(pair, "agreed_key"), key);
      assertArrayEquals(key, other.agree(one).orElseThrow());
      assertArrayEquals(hex(pair, "aes_k0"), Arrays.copyOf(Agreement.kbkdf(key, '0', 0, 0), 32));
      assertArrayEquals(hex(pair, "aes_k1"), Arrays.copyOf(Agreement.kbkdf(key, '1', 0, 0), 32));
    }
  }

  @Test
  void readsAndWritesRecordedPackets() {
    for (JsonNode packet : Vectors.file("vl1/packets.json").required("packets")) {
      readAndWrite(packet, text(packet, "name"));
    }
  }

  @Test
  void readsAndWritesPacketsOfBondedPeers() {
    for (JsonNode packet : Vectors.file("vl1/bonding_live.json").required("packets")) {
      readAndWrite(packet, text(packet, "verb") + " at " + packet.required("t_ms"));
    }
  }

  @Test
  void rejectsMeasurementsWithoutOrWithTooManyRecords() {
    int most = 10 * QosMeasurement.MAX_RECORDS;
    assertEquals(
        QosMeasurement.MAX_RECORDS,
        QosMeasurement.read(new WireReader(new byte[most], 0, most)).records().size());
    for (int length : new int[] {0, 9, most + 10}) {
      var in = new WireReader(new byte[length], 0, length);
      assertThrows(WireException.class, () -> QosMeasurement.read(in), length + " bytes");
    }
  }

  @Test
  void writesTheIdOfTheRequestIntoAnswers() {
    for (JsonNode exchange : Vectors.file("vl1/exchanges.json").required("exchanges")) {
      String name = text(exchange, "name");
      JsonNode request = exchange.required("request");
      readAndWrite(request, name);
      readAndWrite(exchange.required("reply"), name);

      byte[] reply = opened(exchange.required("reply"), name);

      WireReader in = new WireReader(reply, HEADER, reply.length - HEADER);
      assertEquals(text(request, "verb"), Verb.of(in.u8()).name(), name);
      var view = new PacketView();
      byte[] wire = hex(request, "wire");
      view.wrap(wire, 0, wire.length);
      assertEquals(view.id(), in.u64(), name);
    }
  }

  @Test
  void readsAndWritesPacketsOfNatTraversal() {
    var packets = new ArrayList<String>();
    for (JsonNode packet : Vectors.file("vl1/trace_nat.json").required("trace")) {
      if (packet.has("verb")) {
        String name = "packet " + packet.required("n");
        byte[] wire = hex(packet, "wire");
        open(packet, wire, name);
        readAndWrite(packet, decompressed(wire, name), name);
        packets.add(name);
      }
    }
    assertTrue(packets.size() >= 40, () -> packets.size() + " packets");
  }

  private static void readAndWrite(JsonNode packet, String name) {
    readAndWrite(packet, opened(packet, name), name);
  }

  private static void readAndWrite(JsonNode packet, byte[] plain, String name) {
    Verb verb = Verb.of(plain[HEADER - 1] & 0x1f);
    assertNotNull(verb, name);
    assertEquals(text(packet, "verb"), verb.name());
    WireReader in = new WireReader(plain, HEADER, plain.length - HEADER);
    Message message = read(verb, in, plain, packet);
    if (message == null) {
      return;
    }

    var again = new WireWriter();
    message.writeTo(again);

    String payload = HexFormat.of().formatHex(plain, HEADER, plain.length);
    if (verb == Verb.HELLO) {
      // The end was decrypted in place.
      payload = HexFormat.of().formatHex(in.array(), HEADER, in.array().length);
    }
    assertEquals(payload, HexFormat.of().formatHex(again.toByteArray()), name);
    assertMeans(packet.required("decoded"), message, name);
  }

  /** Opens a packet as its receiver does and compares it with the recorded plain text. */
  private static byte[] opened(JsonNode packet, String name) {
    byte[] wire = hex(packet, "wire");
    byte[] expected = packet.has("plain") ? hex(packet, "plain") : wire.clone();
    if (!name.endsWith("proto12-bug")) {
      open(packet, wire, name);
    } else {
      wire = expected.clone();
    }
    byte[] plain = decompressed(wire, name);
    assertEquals(hexOf(expected), hexOf(plain), name);
    return plain;
  }

  private static byte[] decompressed(byte[] opened, String name) {
    var view = new PacketView();
    view.wrap(opened, 0, opened.length);
    if (!view.compressed()) {
      return opened;
    }
    byte[] whole = new byte[Packets.MAX_BYTES];
    int size =
        Compression.decompress(
            opened, HEADER, opened.length - HEADER, whole, HEADER, whole.length - HEADER);
    assertTrue(size > 0, name);
    System.arraycopy(opened, 0, whole, 0, HEADER);
    whole[HEADER - 1] &= 0x7f;
    return Arrays.copyOf(whole, HEADER + size);
  }

  private static void open(JsonNode packet, byte[] wire, String name) {
    JsonNode header = packet.required("header");
    var view = new PacketView();
    view.wrap(wire, 0, wire.length);
    assertEquals(text(header, "packet_id"), HexFormat.of().toHexDigits(view.id()), name);
    assertEquals(header.required("cipher").asInt(), view.suite(), name);
    assertEquals(header.required("hops").asInt(), view.hops(), name);
    assertEquals(header.required("fragmented").asBoolean(), view.fragmented(), name);
    Identity source = identity(text(header, "source"));
    Identity destination = identity(text(header, "dest"));
    assertEquals(source.address(), view.source(), name);
    assertEquals(destination.address(), view.destination(), name);
    if (view.suite() != Packets.SUITE_TRUSTED) {
      byte[] key = source.agree(destination).orElseThrow();
      assertTrue(PacketCipher.of(key).open(wire, 0, wire.length), name);
    }
  }

  private static Identity identity(String nameOrAddress) {
    Identity named = IDENTITIES.get(nameOrAddress);
    return named != null
        ? named
        : IDENTITIES.values().stream()
            .filter(one -> Addresses.text(one.address()).equals(nameOrAddress))
            .findFirst()
            .orElseThrow();
  }

  private static Message read(Verb verb, WireReader in, byte[] plain, JsonNode packet) {
    return switch (verb) {
      case NOP -> new Nop();
      case HELLO -> {
        JsonNode header = packet.required("header");
        byte[] key =
            identity(text(header, "source")).agree(identity(text(header, "dest"))).orElseThrow();
        yield Hello.read(
            in, (array, from, end) -> PacketCipher.of(key).maskHello(array, 0, from, end));
      }
      case ERROR -> ErrorMessage.read(in);
      case OK -> readOk(Verb.of(in.u8()), in.u64(), in);
      case WHOIS -> Whois.read(in);
      case RENDEZVOUS -> Rendezvous.read(in);
      case QOS_MEASUREMENT -> QosMeasurement.read(in);
      case PATH_NEGOTIATION_REQUEST -> PathNegotiationRequest.read(in);
      case FRAME, ACK, REMOTE_TRACE -> null;
      case EXT_FRAME -> ExtFrame.read(in);
      case ECHO -> Echo.read(in);
      case MULTICAST_LIKE -> MulticastLike.read(in);
      case NETWORK_CREDENTIALS -> Credentials.read(in);
      case NETWORK_CONFIG_REQUEST -> NetworkConfigRequest.read(in);
      case NETWORK_CONFIG -> NetworkConfigPush.read(in);
      case MULTICAST_GATHER -> MulticastGather.read(in);
      case MULTICAST_FRAME -> MulticastFrame.read(in);
      case PUSH_DIRECT_PATHS -> PushDirectPaths.read(in);
      case USER_MESSAGE -> UserMessage.read(in);
    };
  }

  private static Message readOk(Verb inRe, long id, WireReader in) {
    return switch (inRe) {
      case HELLO -> HelloOk.read(id, in);
      case WHOIS -> WhoisOk.read(id, in);
      case ECHO -> new EchoOk(id, Bytes.of(in.bytes(in.remaining())));
      case EXT_FRAME -> new ExtFrameOk(id, in.u64());
      case NETWORK_CONFIG_REQUEST -> NetworkConfigRequestOk.read(id, in);
      case NETWORK_CONFIG -> NetworkConfigOk.read(id, in);
      case MULTICAST_GATHER -> MulticastGatherOk.read(id, in);
      case MULTICAST_FRAME -> MulticastFrameOk.read(id, in);
      default -> throw new AssertionError("no OK has " + inRe);
    };
  }

  private static void assertMeans(JsonNode decoded, Message message, String name) {
    Map<String, String> ours = fields(message);
    decoded
        .properties()
        .forEach(
            entry -> {
              String found = ours.get(entry.getKey());
              if (found != null) {
                assertEquals(said(entry.getValue()), found, name + ": " + entry.getKey());
              } else {
                boolean plainValue = entry.getValue().isValueNode();
                assertTrue(
                    !plainValue || DERIVED.contains(entry.getKey()) || !hasFields(message),
                    name + " has no " + entry.getKey());
              }
            });
  }

  /** Fields that other tests compare. */
  private static boolean hasFields(Message message) {
    return !(message instanceof Credentials);
  }

  private static String said(JsonNode value) {
    if (!value.isArray()) {
      return value.asText();
    }
    if (value.path(0).has("holding_ms")) {
      var records = new ArrayList<String>();
      value.forEach(each -> records.add(text(each, "packet_id") + " " + each.get("holding_ms")));
      return String.join(", ", records);
    }
    var items = new ArrayList<String>();
    value.forEach(item -> items.add(item.isValueNode() ? item.asText() : said(item)));
    return items.toString();
  }

  private static Map<String, String> fields(Message message) {
    var all = new TreeMap<String, String>();
    switch (message) {
      case Hello hello -> {
        versions(all, hello.protocolVersion(), hello.major(), hello.minor(), hello.revision());
        all.put("timestamp", "" + hello.timestampMs());
        all.put("identity", hello.identity().publicText());
        all.put("physical_dest", Endpoints.text(hello.endpoint()));
        all.put("planet_id", HexFormat.of().toHexDigits(hello.planetId()));
        all.put("planet_timestamp", "" + hello.planetTimestampMs());
      }
      case HelloOk ok -> {
        versions(all, ok.protocolVersion(), ok.major(), ok.minor(), ok.revision());
        all.put("timestamp_echo", "" + ok.timestampMs());
        all.put("physical_dest", Endpoints.text(ok.endpoint()));
      }
      case ErrorMessage error -> {
        all.put("in_re_verb", Verb.of(error.inReVerb()).name());
        all.put("in_re_packet_id", HexFormat.of().toHexDigits(error.inRePacketId()));
        all.put("error_code", "" + error.code());
        all.put("network_id", HexFormat.of().toHexDigits(error.networkId()));
        if (error.rest().length() > 2) {
          byte[] rest = error.rest().toByteArray();
          all.put("data", new String(rest, 2, rest.length - 2, StandardCharsets.UTF_8));
        }
      }
      case Whois whois -> all.put("addresses", addresses(whois.addresses()));
      case WhoisOk ok ->
          all.put("identities", ok.identities().stream().map(Identity::publicText).toList() + "");
      case Rendezvous introduction -> {
        all.put("flags", "" + introduction.flags());
        all.put("peer", Addresses.text(introduction.peer()));
        all.put("port", "" + introduction.endpoint().getPort());
        all.put("ip", Endpoints.ipText(introduction.endpoint().getAddress()));
      }
      case ExtFrame frame -> {
        all.put("network_id", HexFormat.of().toHexDigits(frame.networkId()));
        all.put("flags", HexFormat.of().toHexDigits((byte) frame.flags()));
        all.put("dest_mac", mac(frame.destinationMac()));
        all.put("src_mac", mac(frame.sourceMac()));
        all.put("ethertype", HexFormat.of().toHexDigits((short) frame.etherType()));
        all.put("frame", frame.data().hex());
      }
      case ExtFrameOk ok -> all.put("network_id", HexFormat.of().toHexDigits(ok.networkId()));
      case Echo echo -> all.put("echo_payload", echo.data().hex());
      case EchoOk ok -> all.put("echo_payload", ok.data().hex());
      case NetworkConfigRequest request -> {
        all.put("network_id", HexFormat.of().toHexDigits(request.networkId()));
        all.put("dict", new String(request.metaData().toByteArray(), StandardCharsets.UTF_8));
        all.put("have_revision", "" + request.heldRevision());
        all.put("have_timestamp", "" + request.heldTimestampMs());
      }
      case NetworkConfigRequestOk ok -> chunk(all, ok.chunk());
      case NetworkConfigPush push -> chunk(all, push.chunk());
      case MulticastGather gather -> {
        all.put("network_id", HexFormat.of().toHexDigits(gather.networkId()));
        all.put("flags", gather.com() == null ? "0" : "1");
        all.put("mac", mac(gather.group().mac()));
        all.put("adi", HexFormat.of().toHexDigits(gather.group().adi()));
        all.put("gather_limit", "" + gather.limit());
      }
      case MulticastGatherOk ok -> {
        all.put("network_id", HexFormat.of().toHexDigits(ok.networkId()));
        all.put("mac", mac(ok.group().mac()));
        all.put("adi", HexFormat.of().toHexDigits(ok.group().adi()));
        all.put("total_known", "" + ok.results().totalKnown());
        all.put("members", addresses(ok.results().members()));
      }
      case MulticastFrame frame -> {
        all.put("network_id", HexFormat.of().toHexDigits(frame.networkId()));
        all.put("gather_limit", "" + frame.gatherLimit());
        all.put("src_mac", mac(frame.sourceMac()));
        all.put("dest_mac", mac(frame.destinationMac()));
        all.put("adi", HexFormat.of().toHexDigits(frame.adi()));
        all.put("ethertype", HexFormat.of().toHexDigits((short) frame.etherType()));
        all.put("frame", frame.data().hex());
        boolean limited = frame.gatherLimit() > 0;
        boolean named = frame.sourceMac() != 0;
        int flags = (limited ? 2 : 0) | (named ? 4 : 0) | (frame.replicate() ? 8 : 0);
        all.put("flags", HexFormat.of().toHexDigits((byte) flags));
      }
      case MulticastFrameOk ok -> {
        all.put("network_id", HexFormat.of().toHexDigits(ok.networkId()));
        all.put("mac", mac(ok.group().mac()));
        all.put("adi", HexFormat.of().toHexDigits(ok.group().adi()));
        all.put("flags", (ok.com() == null ? 0 : 1) + (ok.results() == null ? 0 : 2) + "");
        all.put("total_known", "" + ok.results().totalKnown());
        all.put("members", addresses(ok.results().members()));
      }
      case RemoteTrace trace -> all.put("record", trace.record().hex());
      case UserMessage user -> {
        all.put("type_id", HexFormat.of().toHexDigits(user.type()));
        all.put("data", user.data().hex());
      }
      case NetworkConfigOk ok -> all.put("network_id", HexFormat.of().toHexDigits(ok.networkId()));
      case QosMeasurement measurement -> {
        for (QosMeasurement.Received each : measurement.records()) {
          String record = HexFormat.of().toHexDigits(each.packetId()) + " " + each.holdingMs();
          all.merge("records", record, (one, other) -> one + ", " + other);
        }
      }
      case PathNegotiationRequest request -> all.put("utility", "" + request.utility());
      case Nop nop -> {}
      case MulticastLike likes -> {}
      case Credentials credentials -> {}
      case PushDirectPaths push ->
          all.put(
              "addresses",
              push.endpoints().stream().map(each -> Endpoints.text(each.endpoint())).toList() + "");
    }
    if (message instanceof Ok ok) {
      var out = new WireWriter();
      ok.writeTo(out);
      WireReader in = new WireReader(out.array(), 0, out.size());
      all.put("in_re_verb", Verb.of(in.u8()).name());
      all.put("in_re_packet_id", HexFormat.of().toHexDigits(in.u64()));
    }
    return all;
  }

  private static void versions(
      Map<String, String> all, int protocol, int major, int minor, int revision) {
    all.put("proto", "" + protocol);
    all.put("major", "" + major);
    all.put("minor", "" + minor);
    all.put("revision", "" + revision);
  }

  private static void chunk(Map<String, String> all, ConfigChunk chunk) {
    all.put("network_id", HexFormat.of().toHexDigits(chunk.networkId()));
    all.put("chunk", chunk.data().hex());
    all.put("flags", "" + chunk.flags());
    all.put("config_update_id", HexFormat.of().toHexDigits(chunk.updateId()));
    all.put("total_len", "" + chunk.totalLength());
    all.put("chunk_index", "" + chunk.index());
    all.put("sig", chunk.signature().hex());
  }

  private static String addresses(List<Long> all) {
    return all.stream().map(Addresses::text).toList().toString();
  }

  private static String mac(long mac) {
    return HexFormat.of().toHexDigits(mac, 12);
  }

  private static String hexOf(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void keepsWorldsBeforeAnInvalidOne() {
    World planet = World.defaultPlanet();
    var ok = new HelloOk(7, 8, 13, 1, 14, 0, null, List.of(planet, planet), Features.NONE);
    var out = new WireWriter();
    ok.writeTo(out);
    byte[] bytes = out.toByteArray();
    int second = (bytes.length + worldsAt(bytes, planet)) / 2;
    bytes[second] = 77; // An unknown world type.
    var seen = new ArrayList<World>();
    var in = new WireReader(bytes, 9, bytes.length - 9);

    assertThrows(WireException.class, () -> HelloOk.read(7, in, seen::add));

    assertEquals(List.of(planet), seen);
  }

  /** Returns the index of the first of two equal worlds at the end of the bytes. */
  private static int worldsAt(byte[] bytes, World world) {
    var out = new WireWriter();
    world.writeTo(out);
    return bytes.length - 2 * out.size();
  }
}
