// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a member that an operator or the controller assigns (04 section 5.5).
 *
 * @param ipAssignments addresses reserved for the member, whether or not a route covers them
 * @param tags values by id, both 32 bits, ascending
 * @param capabilities ids, unsigned and ascending
 * @param traceTarget address of the node that receives trace records; 0 for none
 * @param traceLevel unsigned
 * @param authenticationExpiryMs wall-clock time at which a single sign-on login expires
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

  MemberSettings withTraceLevel(long changed) {
    return changed == traceLevel
        ? this
        : new MemberSettings(
            activeBridge,
            noAutoAssignIps,
            ipAssignments,
            tags,
            capabilities,
            traceTarget,
            changed,
            ssoExempt,
            authenticationExpiryMs);
  }
}
