// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.rules.RulesException;
import org.jspecify.annotations.Nullable;

/**
 * Frames that rules are evaluated on: the fields that are stated, and the addresses.
 *
 * @param source address of the sender; null for one that the controller assigned
 * @param destination likewise
 */
public record TestFlow(
    Map<Field, Integer> fields, @Nullable InetAddress source, @Nullable InetAddress destination) {
  /** A frame without any field stated. */
  public static final TestFlow ANY = new TestFlow(Map.of(), null, null);

  /** The port of a client that connects, where none is stated. */
  static final int CLIENT_PORT = 49_152;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;
  private static final int SCTP = 132;
  private static final int UDP_LITE = 136;
  private static final int SYN = 0x02;

  /** A field of a frame. */
  public enum Field {
    ETHERTYPE,
    IPPROTOCOL,
    SPORT,
    DPORT,
    /** TCP flags: bits 0 to 11, FIN first. */
    FLAGS,
    ICMP_TYPE,
    ICMP_CODE,
    IPTOS,
    VLAN,
    FRAMESIZE,
    /** 1 for multicast, 2 for broadcast. */
    CAST
  }

  static final int MULTICAST = 1;
  static final int BROADCAST = 2;

  public TestFlow {
    var copy = new EnumMap<Field, Integer>(Field.class);
    copy.putAll(fields);
    fields = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a flow in the words of a test.
   *
   * @throws RulesException for the first mistake
   */
  public static TestFlow read(String text) throws RulesException {
    return FlowWords.read(new WordReader(text, 0, text.length()));
  }

  boolean has(Field field) {
    return fields.containsKey(field);
  }

  int get(Field field, int otherwise) {
    Integer value = fields.get(field);
    return value == null ? otherwise : value;
  }

  /** Returns a flow with a field stated. */
  public TestFlow with(Field field, int value) {
    var changed = new EnumMap<Field, Integer>(Field.class);
    changed.putAll(fields);
    changed.put(field, value);
    return new TestFlow(changed, source, destination);
  }

  boolean isIp() {
    int etherType = get(Field.ETHERTYPE, EtherTypes.IPV4);
    return !has(Field.VLAN) && (etherType == EtherTypes.IPV4 || etherType == EtherTypes.IPV6);
  }

  static boolean hasPorts(int protocol) {
    return protocol == TCP || protocol == UDP || protocol == SCTP || protocol == UDP_LITE;
  }

  /**
   * Returns a flow for each value that matters of what is not stated: IP frames stand for TCP (a
   * connection that opens), UDP and ICMP (an echo request), and a protocol with ports for each
   * destination port that the rules distinguish.
   *
   * @param ports one of each range of destination ports that the rules treat alike
   */
  public List<TestFlow> expand(List<Integer> ports) {
    TestFlow family = withEtherType();
    if (!family.isIp()) {
      return List.of(family);
    }
    boolean v6 = family.get(Field.ETHERTYPE, 0) == EtherTypes.IPV6;
    List<Integer> protocols =
        has(Field.IPPROTOCOL)
            ? List.of(get(Field.IPPROTOCOL, 0))
            : List.of(TCP, UDP, v6 ? ICMPV6 : ICMP);
    var flows = new ArrayList<TestFlow>();
    for (int protocol : protocols) {
      TestFlow flow = family.with(Field.IPPROTOCOL, protocol);
      if (!hasPorts(protocol)) {
        flows.add(flow);
        continue;
      }
      flow = flow.with(Field.SPORT, get(Field.SPORT, CLIENT_PORT));
      if (protocol == TCP) {
        flow = flow.with(Field.FLAGS, get(Field.FLAGS, SYN));
      }
      for (int port : has(Field.DPORT) ? List.of(get(Field.DPORT, 0)) : ports) {
        flows.add(flow.with(Field.DPORT, port));
      }
    }
    return flows;
  }

  private TestFlow withEtherType() {
    if (has(Field.ETHERTYPE) || has(Field.VLAN) && !has(Field.IPPROTOCOL) && source == null) {
      return with(Field.ETHERTYPE, get(Field.ETHERTYPE, EtherTypes.IPV4));
    }
    boolean v6 =
        get(Field.IPPROTOCOL, 0) == ICMPV6
            || source != null && source.getAddress().length > 4
            || destination != null && destination.getAddress().length > 4;
    return with(Field.ETHERTYPE, v6 ? EtherTypes.IPV6 : EtherTypes.IPV4);
  }

  /** Returns the flow in the words of a test. */
  public String text() {
    return FlowWords.text(this);
  }
}
