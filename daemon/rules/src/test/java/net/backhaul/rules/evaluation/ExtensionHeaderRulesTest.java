// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules on TCP decide on TCP behind IPv6 extension headers (03 section 5.4.3). */
class ExtensionHeaderRulesTest {
  private static final int TCP = 6;
  private static final int PORT = 443;
  private static final Rule ACCEPT = Rule.action(Rule.ACTION_ACCEPT);
  private static final Rule DROP = Rule.action(Rule.ACTION_DROP);
  private static final Rule IS_TCP = protocol(TCP);
  private static final Rule IS_PORT =
      match(Rule.MATCH_IP_DEST_PORT_RANGE, new WireWriter().u16(PORT).u16(PORT));

  /** Drops one port and accepts all else. */
  private static final List<Rule> EXCEPT = List.of(IS_TCP, IS_PORT, DROP, ACCEPT);

  /** Accepts one port and drops all else. */
  private static final List<Rule> ONLY = List.of(IS_TCP, IS_PORT, ACCEPT, DROP);

  private static Rule match(int type, WireWriter field) {
    return Rule.match(type, Bytes.of(field.toByteArray()));
  }

  private static Rule protocol(int number) {
    return match(Rule.MATCH_IP_PROTOCOL, new WireWriter().u8(number));
  }

  /** Decides on a TCP segment behind an extension header of 8 bytes. */
  private static RuleVerdict decide(List<Rule> rules, int header) {
    var out = new WireWriter().u32(0x6000_0000).u16(28).u8(header).u8(64).bytes(new byte[32]);
    out.u8(TCP).u8(0).bytes(new byte[6]); // The next header comes first in all of them.
    out.u16(50_000).u16(PORT).bytes(new byte[16]);
    byte[] packet = out.toByteArray();
    var frame = new FrameHeader();
    frame.wrap(packet, 0, packet.length);
    frame.ethernet(2, 4, EtherTypes.IPV6);
    frame.inbound(0xb0b, 0xa11ce);
    var parties = new Parties(NetworkRules.of(rules), new Party(0xa11ce), new Party(0xb0b));
    return new RuleEvaluator(new Random(1)).evaluate(frame, parties).verdict();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 43, 60, 135})
  void findsTcpBehindHeadersOfTheWalk(int header) {
    assertEquals(RuleVerdict.DROP, decide(EXCEPT, header));
    assertEquals(RuleVerdict.ACCEPT, decide(ONLY, header));
  }

  /** As in the reference, which accepts these frames: fragments of UDP among them are usual. */
  @ParameterizedTest
  @ValueSource(ints = {44, 50, 51})
  void neitherDropsNorAcceptsByTcpBehindOtherHeaders(int header) {
    assertEquals(RuleVerdict.ACCEPT, decide(EXCEPT, header));
    assertEquals(RuleVerdict.DROP, decide(ONLY, header));
  }

  @Test
  void dropsTheseHeadersByTheirNumber() {
    List<Rule> rules =
        List.of(protocol(44), DROP, protocol(51), DROP, IS_TCP, IS_PORT, DROP, ACCEPT);

    assertEquals(RuleVerdict.DROP, decide(rules, 44));
    assertEquals(RuleVerdict.DROP, decide(rules, 51));
    assertEquals(RuleVerdict.DROP, decide(rules, 60));
  }
}
