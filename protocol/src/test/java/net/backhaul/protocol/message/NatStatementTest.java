// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.message.NatStatement.Mapping;
import net.backhaul.protocol.message.PushDirectPaths.PushedEndpoint;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node states about its NAT, in the extended data of a push (02 section 4.10). */
class NatStatementTest {
  private static final String ADDRESS = "0406c000020a270f";
  private static final String ENCODED =
      "0001" + "00" + "0009" + "424b484c04" + "0201fffe" + ADDRESS;

  private static final PushedEndpoint PUSHED =
      new PushedEndpoint(
          0,
          Endpoints.parse("192.0.2.10/9999"),
          new NatStatement(Mapping.ENDPOINT_DEPENDENT, -2, true));

  @Test
  void readsWhatItWrites() {
    var out = new WireWriter();
    new PushDirectPaths(List.of(PUSHED)).writeTo(out);

    assertEquals(ENCODED, HexFormat.of().formatHex(out.toByteArray()));
    assertEquals(List.of(PUSHED), read(ENCODED).endpoints());
    for (Mapping each : Mapping.values()) {
      var statement = new NatStatement(each, 1, false);
      var written = new WireWriter();
      statement.writeTo(written);
      byte[] bytes = written.toByteArray();
      assertEquals(
          statement, NatStatement.read(new WireReader(bytes, 0, bytes.length), bytes.length));
    }
  }

  @Test
  void readsLongerStatements() {
    String longer = "0001" + "00" + "000b" + "424b484c06" + "0201fffe" + "abcd" + ADDRESS;
    assertEquals(List.of(PUSHED), read(longer).endpoints());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000",
        "0004424b484c",
        "0008424b484c03020100",
        "0009424b484d040201fffe",
        "0009424b484c030201fffe",
        "0009424b484c040301fffe",
        "0003010203"
      })
  void ignoresOtherExtendedData(String extended) {
    PushedEndpoint read = read("0001" + "00" + extended + ADDRESS).endpoints().getFirst();

    assertEquals(PUSHED.endpoint(), read.endpoint());
    assertNull(read.nat());
  }

  @Test
  void rejectsTruncatedStatements() {
    for (int length = 4; length < ENCODED.length() - 2; length += 2) {
      String cut = ENCODED.substring(0, length);
      assertThrows(WireException.class, () -> read(cut));
    }
  }

  private static PushDirectPaths read(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return PushDirectPaths.read(new WireReader(bytes, 0, bytes.length));
  }
}
