// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Features at the end of HELLO and of its OK (02 section 2.1). */
class FeaturesTest {
  private static final Features ECN = new Features(Features.ECN);
  private static final String ENCODED = "0000424b484c0101";
  private static final Identity SENDER =
      Identity.parse(
          "4b56a1b9b0:0:48ad11f3d3ef4edd174188f20c2ffff1a42c87521939fe3123cac85c8dcfef51"
              + "a78867c0bded1c128a5fe39d7a4b8fa146421ea64e52087880b0b62e8f2d83ba");

  @Test
  void followsMoonsOfHello() {
    String without = written(hello(Features.NONE));

    assertEquals(without + ENCODED, written(hello(ECN)));
    assertEquals(hello(Features.NONE), readHello(without));
    assertEquals(hello(ECN), readHello(without + ENCODED));
  }

  @Test
  void followsWorldsOfHelloOk() {
    String without = written(ok(Features.NONE));

    assertEquals(without + ENCODED, written(ok(ECN)));
    assertEquals(ok(Features.NONE), readOk(without));
    assertEquals(ok(ECN), readOk(without + ENCODED));
    var in = reader(without + ENCODED, 9);
    assertEquals(ECN, HelloOk.readWithoutWorlds(7, in, () -> {}).features());
  }

  @ParameterizedTest
  @CsvSource({
    "0000424b484c0101, 1", // As we write it.
    "0000424b484c0181, 129", // An unknown flag.
    "0000424b484c03010203, 1", // More than this version can read.
    "0000424b484c020100ffff, 1", // What others may append to it.
    "0000424b484c00, 0",
    "0000424b484c0001, 0",
    "0000424b484c01, 0",
    "0000424b484c, 0",
    "0000424b484d0101, 0",
    "0001424b484c0101, 0", // A certificate, as of versions 1.2 of the reference.
    "000000000000000000, 0",
    "00, 0",
    "ffffffffffffffffffff, 0"
  })
  void readOtherVersions(String trailing, int flags) {
    assertEquals(flags, readHello(written(hello(Features.NONE)) + trailing).features().flags());
    assertEquals(flags, readOk(written(ok(Features.NONE)) + trailing).features().flags());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void readAnyTrailingBytes(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 1_000; round++) {
      byte[] trailing = new byte[random.nextInt(20)];
      random.nextBytes(trailing);
      String hex = HexFormat.of().formatHex(trailing);

      assertEquals(Features.NONE, readHello(written(hello(Features.NONE)) + hex).features());
      assertEquals(Features.NONE, readOk(written(ok(Features.NONE)) + hex).features());
    }
  }

  @Test
  void containsFlags() {
    assertTrue(ECN.has(Features.ECN));
    assertTrue(new Features(0xff).has(Features.ECN));
    assertFalse(new Features(0xfe).has(Features.ECN));
    assertFalse(Features.NONE.has(Features.ECN));
  }

  private static Hello hello(Features features) {
    return new Hello(
        12,
        1,
        14,
        1,
        1_700_000_000_000L,
        SENDER,
        Endpoints.parse("192.0.2.1/9993"),
        77,
        1,
        List.of(new Hello.MoonVersion(5, 6)),
        features);
  }

  private static HelloOk ok(Features features) {
    return new HelloOk(7, 8, 12, 1, 14, 1, Endpoints.parse("192.0.2.1/9993"), List.of(), features);
  }

  private static String written(Message message) {
    var out = new WireWriter();
    message.writeTo(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  private static Hello readHello(String hex) {
    return Hello.read(reader(hex, 0), (bytes, from, end) -> {});
  }

  private static HelloOk readOk(String hex) {
    return HelloOk.read(7, reader(hex, 9));
  }

  private static WireReader reader(String hex, int skipped) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    byte[] padded = Arrays.copyOf(bytes, bytes.length + 10);
    return new WireReader(padded, skipped, bytes.length - skipped);
  }
}
