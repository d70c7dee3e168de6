// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an operator or the controller itself has given to a member (04 section 5.5).
 *
 * @param ipAssignments addresses that are its own, whether or not a route covers them
 * @param tags values by id, both 32 bits, ascending
 * @param capabilities ids, unsigned and ascending
 * @param traceTarget 0 is nobody
 * @param authenticationExpiryMs until when its login is good, on networks that ask for one
 */
public record MemberSettings(
    boolean activeBridge,
    boolean noAutoAssignIps,
    List<InetAddress> ipAssignments,
    Map<Long, Long> tags,
    List<Long> capabilities,
    long traceTarget,
    long traceLevel,
    boolean ssoExempt,
    long authenticationExpiryMs) {
  public static final MemberSettings NONE =
      new MemberSettings(false, false, List.of(), Map.of(), List.of(), 0, 0, false, 0);

  public MemberSettings {
    ipAssignments = List.copyOf(ipAssignments);
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    capabilities = List.copyOf(capabilities);
  }

  MemberSettings withIpAssignments(List<InetAddress> changed) {
    return new MemberSettings(
        activeBridge,
        noAutoAssignIps,
        changed,
        tags,
        capabilities,
        traceTarget,
        traceLevel,
        ssoExempt,
        authenticationExpiryMs);
  }

  MemberSettings withTags(Map<Long, Long> changed) {
    return new MemberSettings(
        activeBridge,
        noAutoAssignIps,
        ipAssignments,
        changed,
        capabilities,
        traceTarget,
        traceLevel,
        ssoExempt,
        authenticationExpiryMs);
  }

  MemberSettings withCapabilities(List<Long> changed) {
    return new MemberSettings(
        activeBridge,
        noAutoAssignIps,
        ipAssignments,
        tags,
        changed,
        traceTarget,
        traceLevel,
        ssoExempt,
        authenticationExpiryMs);
  }
}
