// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.ConfigSource;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Sso;
import net.backhaul.protocol.packet.Bytes;

/** A minimal controller: one private network and a list of authorized members. */
final class TestController implements ConfigSource {
  static final long WINDOW_MS = 1_800_000;

  final Set<Long> authorized = new HashSet<>();
  final List<Long> requestsMs = new ArrayList<>();
  final List<Long> acknowledged = new ArrayList<>();
  final List<Long> specialists = new ArrayList<>();
  long flags = NetworkConfig.FLAG_BROADCAST;
  int multicastLimit = 32;
  long traceTarget;
  long traceLevel;
  List<Rule> rules = List.of(Rule.action(Rule.ACTION_ACCEPT));
  private final Identity identity;
  private final long networkId;

  TestController(Identity identity, long networkId) {
    this.identity = identity;
    this.networkId = networkId;
  }

  @Override
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    requestsMs.add(nowMs);
    if (request.networkId() != networkId) {
      return new ConfigAnswer.Rejected(ErrorMessage.OBJ_NOT_FOUND, Bytes.EMPTY);
    }
    return authorized.contains(request.member().address())
        ? new ConfigAnswer.Granted(config(request.member(), nowMs))
        : new ConfigAnswer.Rejected(ErrorMessage.NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  }

  @Override
  public void acknowledged(long networkId, long member, long updateId, long nowMs) {
    acknowledged.add(updateId);
  }

  NetworkConfig config(Identity member, long nowMs) {
    MembershipCertificate com =
        MembershipCertificate.issue(identity, networkId, nowMs, WINDOW_MS, member);
    return new NetworkConfig(
        networkId,
        nowMs,
        WINDOW_MS,
        1,
        member.address(),
        traceTarget,
        traceLevel,
        flags,
        multicastLimit,
        false,
        "test",
        2_800,
        com,
        List.of(),
        List.of(),
        List.of(),
        specialists,
        List.of(),
        List.of(IpPrefix.parse("10.1.0." + (member.address() & 0x7f) + "/24")),
        rules,
        "",
        List.of(),
        Sso.NONE);
  }
}
