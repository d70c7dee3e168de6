// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Sso;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;

/** Configures networks that have no controller, by their ids alone (03 section 3.7). */
final class AdHocConfigs {
  private static final long WINDOW_MS = 7_200_000;
  private static final int HUB_FORM = 0x01;
  private static final int HUB_MULTICAST_LIMIT = 1_024;
  private static final int HUB_BITS = 8;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final long TCP_SYN = 0x02;
  private static final long TCP_ACK = 0x10;

  /** The differences between the two forms of ad-hoc networks. */
  private record Form(
      String name,
      int multicastLimit,
      List<IpPrefix> addresses,
      List<Long> specialists,
      List<Rule> rules) {
    NetworkConfig config(long networkId, long self, long nowMs) {
      return new NetworkConfig(
          networkId,
          nowMs,
          WINDOW_MS,
          1,
          self,
          0,
          0,
          NetworkConfig.FLAG_NDP_EMULATION,
          multicastLimit,
          true,
          name,
          NetworkConfig.DEFAULT_MTU_BYTES,
          null,
          List.of(),
          List.of(),
          List.of(),
          specialists,
          List.of(),
          addresses,
          rules,
          "",
          List.of(),
          Sso.NONE);
    }
  }

  private AdHocConfigs() {}

  /** Returns whether an id has the form of a port range, but an empty one. */
  static boolean isImpossible(long networkId) {
    return isPortRange(networkId) && firstPort(networkId) > lastPort(networkId);
  }

  /** Returns the configuration of an ad-hoc network; empty for an id of no known form. */
  static Optional<NetworkConfig> configure(long networkId, long self, long nowMs) {
    if (isPortRange(networkId)) {
      return isImpossible(networkId)
          ? Optional.empty()
          : Optional.of(portRange(networkId, self, nowMs));
    }
    return (networkId & 0xff) == HUB_FORM
        ? Optional.of(hub(networkId, self, nowMs))
        : Optional.empty();
  }

  private static boolean isPortRange(long networkId) {
    return (networkId & 0xff_ffff) == 0;
  }

  private static int firstPort(long networkId) {
    return (int) (networkId >>> 40) & 0xffff;
  }

  private static int lastPort(long networkId) {
    return (int) (networkId >>> 24) & 0xffff;
  }

  private static NetworkConfig portRange(long networkId, long self, long nowMs) {
    int first = firstPort(networkId);
    int last = lastPort(networkId);
    var rules = new ArrayList<Rule>();
    Bytes ipv6 = field(new WireWriter().u16(EtherTypes.IPV6));
    rules.add(new Rule(Rule.MATCH_ETHERTYPE, true, false, ipv6));
    rules.add(Rule.action(Rule.ACTION_DROP));
    rules.add(protocol(ICMPV6, false));
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    rules.add(protocol(UDP, false));
    rules.add(protocol(TCP, true));
    rules.add(
        Rule.match(Rule.MATCH_IP_DEST_PORT_RANGE, field(new WireWriter().u16(first).u16(last))));
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    rules.add(characteristics(TCP_SYN, true));
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    rules.add(characteristics(TCP_SYN, false));
    rules.add(characteristics(TCP_ACK, false));
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    rules.add(Rule.action(Rule.ACTION_DROP));
    String name = String.format("adhoc-%04x-%04x", first, last);
    List<IpPrefix> addresses = List.of(sixPlane(networkId, self));
    return new Form(name, 0, addresses, List.of(), rules).config(networkId, self, nowMs);
  }

  private static NetworkConfig hub(long networkId, long self, long nowMs) {
    int net = (int) (networkId >>> 48) & 0xff;
    long hub = networkId >>> 8 & 0xff_ffff_ffffL;
    byte[] ip =
        new WireWriter()
            .u8(net)
            .u8((int) (self >>> 16) & 0xff)
            .u16((int) self & 0xffff)
            .toByteArray();
    InetAddress ipv4 = Endpoints.of(ip, 0).getAddress();
    List<IpPrefix> addresses = List.of(sixPlane(networkId, self), new IpPrefix(ipv4, HUB_BITS));
    return new Form(
            "adhoc-" + net + ".0.0.0",
            HUB_MULTICAST_LIMIT,
            addresses,
            hub == 0 ? List.of() : List.of(hub),
            List.of(Rule.action(Rule.ACTION_ACCEPT)))
        .config(networkId, self, nowMs);
  }

  private static IpPrefix sixPlane(long networkId, long self) {
    return new IpPrefix(
        ManagedAddresses.sixPlane(networkId, self), ManagedAddresses.SIX_PLANE_BITS);
  }

  private static Rule protocol(int number, boolean or) {
    return new Rule(Rule.MATCH_IP_PROTOCOL, false, or, field(new WireWriter().u8(number)));
  }

  private static Rule characteristics(long mask, boolean not) {
    return new Rule(Rule.MATCH_CHARACTERISTICS, not, false, field(new WireWriter().u64(mask)));
  }

  private static Bytes field(WireWriter field) {
    return Bytes.of(field.toByteArray());
  }
}
