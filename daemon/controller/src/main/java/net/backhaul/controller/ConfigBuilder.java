// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Rules;
import net.backhaul.protocol.network.Sso;
import net.backhaul.protocol.network.Tag;

/** Builds and signs the configuration of a member (04 section 5.8). */
final class ConfigBuilder {
  private static final long MIN_WINDOW_MS = 300_000;
  private static final long MAX_WINDOW_MS = 7_200_000;
  private static final long OWNERSHIP_ID = 1;

  private final Identity controller;

  ConfigBuilder(Identity controller) {
    this.controller = controller;
  }

  /**
   * Builds a member's configuration.
   *
   * @param timestampMs of the configuration and of all credentials in it
   */
  NetworkConfig build(
      NetworkState state,
      MemberRecord member,
      LastRequest request,
      AddressAssignment.Result assigned,
      long timestampMs) {
    NetworkRecord network = state.record();
    long id = network.id();
    long windowMs = windowMs(network);
    boolean supportsRules = request.stated().rulesRevision() > 0;
    List<IpPrefix> addresses = first(assigned.addresses(), NetworkConfig.MAX_ADDRESSES);
    boolean memberTrace = member.settings().traceTarget() != 0;
    return new NetworkConfig(
        id,
        timestampMs,
        windowMs,
        network.revision(),
        member.address(),
        memberTrace ? member.settings().traceTarget() : network.traceTarget(),
        memberTrace ? member.settings().traceLevel() : network.traceLevel(),
        (network.broadcast() ? NetworkConfig.FLAG_BROADCAST : 0)
            | (assigned.hasDerived() ? NetworkConfig.FLAG_NDP_EMULATION : 0),
        clampToInt(network.multicastLimit()),
        !network.isPrivate(),
        truncate(network.name()),
        network.mtuBytes(),
        MembershipCertificate.issue(controller, id, timestampMs, windowMs, request.identity()),
        supportsRules ? capabilities(network, member, timestampMs) : List.of(),
        supportsRules ? tags(network, member, timestampMs) : List.of(),
        ownerships(network, member, addresses, timestampMs),
        specialists(state.bridges()),
        first(network.routes(), NetworkConfig.MAX_ROUTES),
        addresses,
        supportsRules
            ? first(network.rules(), Rules.MAX_BASE_RULES)
            : List.of(Rule.action(Rule.ACTION_ACCEPT)),
        truncate(network.dnsDomain()),
        first(network.dnsServers(), NetworkConfig.MAX_DNS_SERVERS),
        Sso.NONE);
  }

  /** Returns the time by which the certificates of two members may differ, clamped. */
  static long windowMs(NetworkRecord network) {
    long wanted = network.credentialWindowMs();
    return Long.compareUnsigned(wanted, MAX_WINDOW_MS) > 0
        ? MAX_WINDOW_MS
        : Math.max(wanted, MIN_WINDOW_MS);
  }

  private List<Capability> capabilities(
      NetworkRecord network, MemberRecord member, long timestampMs) {
    var issued = new ArrayList<Capability>();
    for (CapabilityDefinition definition : network.capabilities()) {
      if (member.settings().capabilities().contains(definition.id())
          && issued.size() < NetworkConfig.MAX_CAPABILITIES) {
        List<Rule> rules = first(definition.rules(), Capability.MAX_RULES);
        issued.add(
            Capability.issue(
                controller,
                network.id(),
                timestampMs,
                definition.id() & 0xffff_ffffL,
                rules,
                member.address()));
      }
    }
    return issued;
  }

  private List<Tag> tags(NetworkRecord network, MemberRecord member, long timestampMs) {
    return member.settings().tags().entrySet().stream()
        .limit(NetworkConfig.MAX_TAGS)
        .map(
            tag ->
                Tag.issue(
                    controller,
                    network.id(),
                    timestampMs,
                    tag.getKey(),
                    tag.getValue(),
                    member.address()))
        .toList();
  }

  private List<OwnershipCertificate> ownerships(
      NetworkRecord network, MemberRecord member, List<IpPrefix> addresses, long timestampMs) {
    if (addresses.isEmpty()) {
      return List.of();
    }
    List<OwnershipCertificate.OwnedAddress> owned =
        addresses.stream()
            .limit(OwnershipCertificate.MAX_ADDRESSES)
            .map(address -> OwnershipCertificate.OwnedAddress.of(address.address()))
            .toList();
    return List.of(
        OwnershipCertificate.issue(
            controller, network.id(), timestampMs, OWNERSHIP_ID, owned, member.address()));
  }

  private static List<Long> specialists(List<Long> bridges) {
    return bridges.stream()
        .limit(NetworkConfig.MAX_SPECIALISTS)
        .map(bridge -> bridge | NetworkConfig.ACTIVE_BRIDGE)
        .toList();
  }

  private static int clampToInt(long unsigned) {
    return Long.compareUnsigned(unsigned, Integer.MAX_VALUE) > 0
        ? Integer.MAX_VALUE
        : (int) unsigned;
  }

  /** Truncates a text to {@link NetworkConfig#MAX_NAME_BYTES}, between two code points. */
  private static String truncate(String text) {
    String prefix = text;
    while (prefix.getBytes(StandardCharsets.UTF_8).length > NetworkConfig.MAX_NAME_BYTES) {
      int bytesOver = prefix.getBytes(StandardCharsets.UTF_8).length - NetworkConfig.MAX_NAME_BYTES;
      int end = prefix.offsetByCodePoints(prefix.length(), -Math.max(1, bytesOver / 4));
      prefix = prefix.substring(0, end);
    }
    return prefix;
  }

  private static <T> List<T> first(List<T> all, int max) {
    return all.size() <= max ? all : all.subList(0, max);
  }
}
