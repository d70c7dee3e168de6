// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameResponderTest {
  private static final int HTTPS = 65;
  private static final InetAddress WEB4 = Endpoints.parseIp("10.1.0.5");
  private static final InetAddress WEB6 = Endpoints.parseIp("fd00::5");
  private static final NameZone ZONE =
      new NameZone(
          "corp.example",
          Map.of(
              "web",
              List.of(WEB4, WEB6),
              "1122334455",
              List.of(WEB4, WEB6),
              "idle",
              List.of(),
              "many",
              IntStream.range(0, 40)
                  .mapToObj(i -> Endpoints.parseIp("fd00::1:" + Integer.toHexString(i)))
                  .toList()),
          Map.of(WEB4, "web", WEB6, "web"),
          List.of(IpPrefix.parse("10.1.0.0/24"), IpPrefix.parse("fd00::/64")));
  private static final NameTable TABLE = new NameTable(List.of(ZONE));

  /** What a response says: its code, flags, and the data of its records as text. */
  private record Response(int code, int flags, List<String> answers, boolean edns, int length) {}

  private static WireWriter header(int flags, int additional) {
    return new WireWriter().u16(0x1234).u16(flags).u16(1).u16(0).u16(0).u16(additional);
  }

  private static WireWriter name(WireWriter out, String name) {
    for (String label : name.isEmpty() ? new String[0] : name.split("\\.")) {
      out.u8(label.length()).bytes(label.getBytes(StandardCharsets.ISO_8859_1));
    }
    return out.u8(0);
  }

  private static byte[] query(String name, int type) {
    return name(header(0x0100, 0), name).u16(type).u16(1).toByteArray();
  }

  private static byte[] ednsQuery(String name, int type, int size, int version) {
    return name(header(0x0100, 1), name)
        .u16(type)
        .u16(1)
        .u8(0)
        .u16(41)
        .u16(size)
        .u8(0)
        .u8(version)
        .u16(0x8000)
        .u16(4)
        .u32(0)
        .toByteArray();
  }

  private static Response answer(byte[] query) {
    NameResponder.Answer answer = NameResponder.answer(query, query.length, TABLE);
    assertNotNull(answer, "answer");
    byte[] bytes = answer.bytes();
    var in = new WireReader(bytes, 0, bytes.length);
    assertEquals(0x1234, in.u16(), "id");
    int flags = in.u16();
    int questions = in.u16();
    int count = in.u16();
    assertEquals(0, in.u16(), "authority records");
    int additional = in.u16();
    if (questions == 1) {
      NameQuery asked = NameQuery.read(in);
      assertArrayEquals(
          Arrays.copyOfRange(query, 12, asked.end()),
          Arrays.copyOfRange(bytes, 12, asked.end()),
          "the question");
    }
    var answers = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      assertEquals(0xc00c, in.u16(), "pointer to the name");
      int type = in.u16();
      assertEquals(1, in.u16(), "class");
      assertEquals(NameResponder.TTL_S, in.u32(), "time to live");
      byte[] data = in.bytes(in.u16());
      answers.add(
          type == NameQuery.TYPE_PTR
              ? NameQuery.read(
                      new WireReader(Arrays.copyOf(data, data.length + 4), 0, data.length + 4))
                  .name()
              : Endpoints.ipText(Endpoints.of(data, 0).getAddress()));
    }
    int code = flags & 0xf;
    if (additional == 1) {
      assertEquals(0, in.u8(), "name of the EDNS record");
      assertEquals(41, in.u16(), "type of the EDNS record");
      assertEquals(1_232, in.u16(), "size");
      code |= in.u8() << 4;
      in.skip(5);
    }
    assertTrue(in.atEnd(), "no bytes after the records");
    assertTrue((flags & 0x8000) != 0 && (flags & 0x0080) == 0, "a response without recursion");
    return new Response(code, flags, answers, additional == 1, bytes.length);
  }

  @ParameterizedTest
  @CsvSource({
    "web.corp.example, 1, 10.1.0.5",
    "WeB.CORP.Example, 1, 10.1.0.5",
    "web.corp.example, 28, fd00::5",
    "1122334455.corp.example, 1, 10.1.0.5",
    "5.0.1.10.in-addr.arpa, 12, web.corp.example",
    "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa, 12,"
        + " web.corp.example",
  })
  void answersQueriesForMembers(String name, int type, String expected) {
    Response response = answer(query(name, type));
    assertEquals(0, response.code, "code");
    assertEquals(List.of(expected), response.answers, "answers");
    assertTrue((response.flags & 0x0400) != 0, "authoritative");
    assertEquals(0x0100, response.flags & 0x0100, "recursion desired is repeated");
  }

  @Test
  void answersQueriesForAnyType() {
    assertEquals(
        List.of("10.1.0.5", "fd00::5"), answer(query("web.corp.example", 255)).answers, "answers");
  }

  @ParameterizedTest
  @CsvSource({
    "web.corp.example, 65",
    "web.corp.example, 15",
    "idle.corp.example, 1",
    "corp.example, 1",
    "corp.example, 6",
    "5.0.1.10.in-addr.arpa, 1",
  })
  void hasNoDataOfOtherTypes(String name, int type) {
    Response response = answer(query(name, type));
    assertEquals(0, response.code, "code");
    assertEquals(List.of(), response.answers, "answers");
    assertTrue((response.flags & 0x0400) != 0, "authoritative");
  }

  @ParameterizedTest
  @CsvSource({
    "nobody.corp.example, 1",
    "x.web.corp.example, 1",
    "_http._tcp.corp.example, 33",
    "77.0.1.10.in-addr.arpa, 12",
  })
  void saysWhichNamesDoNotExist(String name, int type) {
    Response response = answer(query(name, type));
    assertEquals(3, response.code, "code");
    assertTrue((response.flags & 0x0400) != 0, "authoritative");
  }

  @ParameterizedTest
  @CsvSource({
    "example, 1",
    "'', 2",
    "www.debian.org, 1",
    "corp.example.org, 1",
    "notcorp.example, 1",
    "1.1.168.192.in-addr.arpa, 12",
    "01.0.1.10.in-addr.arpa, 12",
    "1.10.in-addr.arpa, 12",
    "5.ip6.arpa, 12",
    "webcorp.example, 1",
  })
  void rejectsNamesOfOthers(String name, int type) {
    Response response = answer(query(name, type));
    assertEquals(5, response.code, "code");
    assertEquals(0, response.flags & 0x0400, "authoritative");
  }

  @Test
  void rejectsOtherClassesAndOperations() {
    byte[] chaos = name(header(0, 0), "web.corp.example").u16(1).u16(3).toByteArray();
    assertEquals(5, answer(chaos).code, "code for class CHAOS");
    byte[] update = name(header(0x2800, 0), "corp.example").u16(6).u16(1).toByteArray();
    assertEquals(4, answer(update).code, "code for UPDATE");
  }

  @Test
  void answersMalformedQueries() {
    assertEquals(1, answer(header(0, 0).toByteArray()).code, "without its question");
    byte[] two = new WireWriter().u16(0x1234).u16(0).u16(2).u16(0).u16(0).u16(0).toByteArray();
    assertEquals(1, answer(two).code, "with two questions");
    byte[] pointer = header(0, 0).u16(0xc00c).u16(1).u16(1).toByteArray();
    assertEquals(1, answer(pointer).code, "with a pointer to itself");
    byte[] longName = name(header(0, 0), "a.".repeat(200) + "b").u16(1).u16(1).toByteArray();
    assertEquals(1, answer(longName).code, "with a name that is too long");
    byte[] dot =
        header(0, 0)
            .u8(8)
            .bytes("web.corp".getBytes(StandardCharsets.US_ASCII))
            .u8(7)
            .bytes("example".getBytes(StandardCharsets.US_ASCII))
            .u8(0)
            .u16(1)
            .u16(1)
            .toByteArray();
    assertEquals(5, answer(dot).code, "with a dot in a label");
  }

  @Test
  void ignoresWhatIsNoQuery() {
    byte[] response = query("web.corp.example", 1);
    response[2] |= (byte) 0x80;
    assertNull(NameResponder.answer(response, response.length, TABLE), "a response");
    assertNull(NameResponder.answer(new byte[11], 11, TABLE), "a part of a header");
  }

  @Test
  void truncatesWhatDoesNotFit() {
    Response plain = answer(query("many.corp.example", 28));
    assertTrue((plain.flags & 0x0200) != 0, "truncated");
    assertTrue(plain.length <= 512 && plain.answers.size() > 10, plain::toString);
    Response edns = answer(ednsQuery("many.corp.example", 28, 4_096, 0));
    assertEquals(0, edns.flags & 0x0200, "truncated with EDNS");
    assertEquals(40, edns.answers.size(), "answers with EDNS");
    assertTrue(edns.edns && edns.length <= 1_232, edns::toString);
    Response small = answer(ednsQuery("many.corp.example", 28, 0, 0));
    assertTrue(small.length <= 512 && small.edns, small::toString);
  }

  @Test
  void answersEdnsOfItsVersionOnly() {
    assertTrue(answer(ednsQuery("web.corp.example", 1, 512, 0)).edns, "EDNS in the answer");
    assertEquals(16, answer(ednsQuery("web.corp.example", 1, 512, 1)).code, "code");
    byte[] query = ednsQuery("web.corp.example", 1, 512, 0);
    byte[] truncated = Arrays.copyOf(query, query.length - 2);
    assertEquals(1, answer(truncated).code, "code of a truncated record");
  }

  @Test
  void answersRandomInputWithinItsLimit() {
    long seed = 5;
    var random = new Random(seed);
    byte[] valid = ednsQuery("many.corp.example", 255, 1_232, 0);
    int answered = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] damaged = Arrays.copyOf(valid, 2 + random.nextInt(valid.length));
      for (int change = random.nextInt(4); change > 0; change--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      NameResponder.Answer answer = NameResponder.answer(damaged, damaged.length, TABLE);
      if (answer != null) {
        answered++;
        int length = answer.bytes().length;
        assertTrue(length <= 1_232, () -> "seed " + seed + ": " + length + " bytes");
      }
    }
    assertTrue(answered > 10_000, "most are answered");
  }

  @Test
  void looksUpTheFirstOfTwoNetworksWithOneDomain() {
    var other =
        new NameZone(
            "corp.example",
            Map.of("web", List.of(Endpoints.parseIp("10.9.0.1"))),
            Map.of(Endpoints.parseIp("10.9.0.1"), "web"),
            List.of());
    var table = new NameTable(List.of(ZONE, other));
    assertEquals(List.of(WEB4, WEB6), table.addresses("web.corp.example"), "addresses");
    assertTrue(NameTable.EMPTY.isEmpty() && !table.isEmpty(), "empty tables");
    assertEquals(HTTPS, NameQuery.read(reader(query("a", HTTPS))).type(), "type");
  }

  private static WireReader reader(byte[] query) {
    return new WireReader(query, 12, query.length - 12);
  }
}
