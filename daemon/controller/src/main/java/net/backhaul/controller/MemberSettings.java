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
 * @param name as the operator wrote it; empty without one
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
    long authenticationExpiryMs,
    String name) {
  public static final MemberSettings NONE =
      new MemberSettings(false, false, List.of(), Map.of(), List.of(), 0, 0, false, 0, "");

  public MemberSettings {
    ipAssignments = List.copyOf(ipAssignments);
    tags = tags.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(tags));
    capabilities = List.copyOf(capabilities);
  }

  /** Returns a builder with the same settings. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  MemberSettings withIpAssignments(List<InetAddress> changed) {
    return toBuilder().ipAssignments(changed).build();
  }

  MemberSettings withTraceLevel(long changed) {
    return changed == traceLevel ? this : toBuilder().traceLevel(changed).build();
  }

  /** Changes some of the settings of a member. */
  public static final class Builder {
    private final MemberSettings before;
    private boolean activeBridge;
    private List<InetAddress> ipAssignments;
    private Map<Long, Long> tags;
    private List<Long> capabilities;
    private long traceLevel;
    private String name;

    private Builder(MemberSettings before) {
      this.before = before;
      activeBridge = before.activeBridge;
      ipAssignments = before.ipAssignments;
      tags = before.tags;
      capabilities = before.capabilities;
      traceLevel = before.traceLevel;
      name = before.name;
    }

    public Builder activeBridge(boolean value) {
      activeBridge = value;
      return this;
    }

    Builder ipAssignments(List<InetAddress> value) {
      ipAssignments = value;
      return this;
    }

    public Builder tags(Map<Long, Long> value) {
      tags = value;
      return this;
    }

    public Builder capabilities(List<Long> value) {
      capabilities = value;
      return this;
    }

    Builder traceLevel(long value) {
      traceLevel = value;
      return this;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    public MemberSettings build() {
      return new MemberSettings(
          activeBridge,
          before.noAutoAssignIps,
          ipAssignments,
          tags,
          capabilities,
          before.traceTarget,
          traceLevel,
          before.ssoExempt,
          before.authenticationExpiryMs,
          name);
    }
  }
}
