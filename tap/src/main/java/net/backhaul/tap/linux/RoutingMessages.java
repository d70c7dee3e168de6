// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.PolicyRule;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/** Messages of rtnetlink that look up routes and set the rules which select a routing table. */
final class RoutingMessages {
  static final int RTM_NEWROUTE = 24;
  private static final int RTM_GETROUTE = 26;
  static final int RTM_NEWRULE = 32;
  private static final int RTM_DELRULE = 33;
  private static final int RTM_GETRULE = 34;

  private static final int RTM_F_LOOKUP_TABLE = 0x1000;
  private static final int RTM_F_FIB_MATCH = 0x2000;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_TABLE = 15;
  private static final int RTA_MARK = 16;

  private static final int FRA_GOTO = 4;
  private static final int FRA_PRIORITY = 6;
  private static final int FRA_FWMARK = 10;
  private static final int FRA_SUPPRESS_PREFIXLEN = 14;
  private static final int FRA_TABLE = 15;
  private static final int FRA_PROTOCOL = 21;
  private static final int FRA_IP_PROTO = 22;
  private static final int FRA_SPORT_RANGE = 23;
  private static final int FR_ACT_TO_TBL = 1;
  private static final int FR_ACT_GOTO = 2;
  private static final int FR_ACT_NOP = 3;
  private static final int IPPROTO_UDP = 17;

  /** The number that identifies our rules; others are in /etc/iproute2/rt_protos. */
  private static final int OUR_PROTOCOL = 153;

  private static final int ROUTE_PART_BYTES = 12;
  private static final int RULE_PART_BYTES = 12;

  private RoutingMessages() {}

  /** Looks up the route to an address, as a packet of a socket with a mark takes it. */
  static byte[] findRoute(InetAddress to, int mark) {
    int bits = to.getAddress().length * 8;
    var message = new NetlinkMessage(RTM_GETROUTE, NetlinkMessage.NLM_F_REQUEST);
    message
        .fixed(family(to instanceof Inet4Address), bits, 0, 0, 0, 0, 0, 0)
        .number32(RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH);
    message.attribute(RTA_DST, to.getAddress());
    if (mark != 0) {
      message.attribute(RTA_MARK, NetlinkMessage.number(mark));
    }
    return message.toBytes();
  }

  /** Returns the address family of a route. */
  static int family(ByteBuffer message) {
    return message.get(NetlinkMessage.HEADER_BYTES) & 0xff;
  }

  static HostRoute readRoute(ByteBuffer message) {
    int start = NetlinkMessage.HEADER_BYTES;
    Map<Integer, byte[]> attributes = NetlinkMessage.attributes(message, start + ROUTE_PART_BYTES);
    return new HostRoute(
        message.get(start + 1) & 0xff,
        number(attributes, RTA_OIF, 0),
        number(attributes, RTA_PRIORITY, 0),
        number(attributes, RTA_TABLE, message.get(start + 4) & 0xff),
        gateway(attributes.get(RTA_GATEWAY)));
  }

  private static @Nullable InetAddress gateway(byte @Nullable [] ip) {
    try {
      return ip == null ? null : InetAddress.getByAddress(ip);
    } catch (UnknownHostException e) {
      return null; // Of no length that an address has.
    }
  }

  static byte[] addRule(PolicyRule rule) {
    return rule(
        RTM_NEWRULE,
        NetlinkMessage.NLM_F_REQUEST
            | NetlinkMessage.NLM_F_ACK
            | NetlinkMessage.NLM_F_CREATE
            | NetlinkMessage.NLM_F_EXCL,
        rule);
  }

  static byte[] removeRule(PolicyRule rule) {
    return rule(RTM_DELRULE, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK, rule);
  }

  static byte[] listRules(boolean v4) {
    var message =
        new NetlinkMessage(RTM_GETRULE, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);
    return message.fixed(family(v4), 0, 0, 0, 0, 0, 0, 0).number32(0).toBytes();
  }

  private static byte[] rule(int type, int flags, PolicyRule rule) {
    int action =
        switch (rule.kind()) {
          case SKIP_MARK, SKIP_UDP_PORT -> FR_ACT_GOTO;
          case MAIN_WITHOUT_DEFAULT, TABLE -> FR_ACT_TO_TBL;
          case END -> FR_ACT_NOP;
        };
    var message = new NetlinkMessage(type, flags);
    message.fixed(family(rule.v4()), 0, 0, 0, 0, 0, 0, action).number32(0);
    message.attribute(FRA_PRIORITY, NetlinkMessage.number(rule.priority()));
    message.attribute(FRA_PROTOCOL, new byte[] {(byte) OUR_PROTOCOL});
    if (action == FR_ACT_GOTO) {
      message.attribute(FRA_GOTO, NetlinkMessage.number(PolicyRule.END_PRIORITY));
    }
    switch (rule.kind()) {
      case SKIP_MARK -> message.attribute(FRA_FWMARK, NetlinkMessage.number(rule.number()));
      case SKIP_UDP_PORT -> {
        message.attribute(FRA_IP_PROTO, new byte[] {IPPROTO_UDP});
        message.attribute(FRA_SPORT_RANGE, range(rule.number()));
      }
      case MAIN_WITHOUT_DEFAULT -> {
        message.attribute(FRA_TABLE, NetlinkMessage.number(TapRoute.MAIN_TABLE));
        message.attribute(FRA_SUPPRESS_PREFIXLEN, NetlinkMessage.number(0));
      }
      case TABLE -> message.attribute(FRA_TABLE, NetlinkMessage.number(rule.number()));
      case END -> {}
    }
    return message.toBytes();
  }

  /** Returns the rule in an RTM_NEWRULE message; null for one of another program. */
  static @Nullable PolicyRule readRule(ByteBuffer message) {
    int start = NetlinkMessage.HEADER_BYTES;
    Map<Integer, byte[]> attributes = NetlinkMessage.attributes(message, start + RULE_PART_BYTES);
    byte[] protocol = attributes.get(FRA_PROTOCOL);
    if (protocol == null || protocol.length != 1 || (protocol[0] & 0xff) != OUR_PROTOCOL) {
      return null;
    }
    boolean v4 = (message.get(start) & 0xff) == LibC.AF_INET;
    int priority = number(attributes, FRA_PRIORITY, 0);
    byte[] ports = attributes.get(FRA_SPORT_RANGE);
    return switch (message.get(start + 7)) {
      case FR_ACT_NOP -> new PolicyRule(v4, priority, PolicyRule.Kind.END, 0);
      case FR_ACT_GOTO ->
          ports == null || ports.length != Integer.BYTES
              ? new PolicyRule(
                  v4, priority, PolicyRule.Kind.SKIP_MARK, number(attributes, FRA_FWMARK, 0))
              : new PolicyRule(v4, priority, PolicyRule.Kind.SKIP_UDP_PORT, port(ports));
      case FR_ACT_TO_TBL -> {
        int table = number(attributes, FRA_TABLE, message.get(start + 4) & 0xff);
        yield table == TapRoute.MAIN_TABLE
            ? new PolicyRule(v4, priority, PolicyRule.Kind.MAIN_WITHOUT_DEFAULT, 0)
            : new PolicyRule(v4, priority, PolicyRule.Kind.TABLE, table);
      }
      default -> null;
    };
  }

  private static int family(boolean v4) {
    return v4 ? LibC.AF_INET : LibC.AF_INET6;
  }

  private static byte[] range(int port) {
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.nativeOrder())
        .putShort((short) port)
        .putShort((short) port)
        .array();
  }

  private static int port(byte[] range) {
    return ByteBuffer.wrap(range).order(ByteOrder.nativeOrder()).getShort() & 0xffff;
  }

  private static int number(Map<Integer, byte[]> attributes, int type, int otherwise) {
    byte[] value = attributes.get(type);
    return value == null || value.length < Integer.BYTES
        ? otherwise
        : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }
}
