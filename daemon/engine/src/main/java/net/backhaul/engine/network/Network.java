// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.network.ChunkAssembler;
import net.backhaul.protocol.network.ConfigChunk;
import org.jspecify.annotations.Nullable;

/** A joined network: the state that the parts of this package share. */
final class Network {
  /** Controllers ignore a request within a second of the last. */
  static final long REQUEST_SPACING_MS = 1_100;

  /** Groups to which devices behind this bridge send; those devices choose them. */
  private static final int MAX_BRIDGED_GROUPS = 4_096;

  private static final long BRIDGED_GROUP_LIFE_MS = 1_200_000;

  final long id;
  final long mac;
  final int firstOctet;
  final long controller;
  final boolean adHoc;
  final Members members = new Members();
  final NetworkCounters counters = new NetworkCounters();
  final TraceRecords traces = new TraceRecords();
  final BridgeRoutes bridgeRoutes = new BridgeRoutes();
  final LoopGuard loopGuard = new LoopGuard();
  final StatedMtus statedMtus = new StatedMtus();
  final ChunkAssembler chunks = new ChunkAssembler();
  final ChunkAssembler directoryChunks = new ChunkAssembler();
  final MemberDirectory directory = new MemberDirectory();

  /** The configuration in force; it stays while a failure is recorded. */
  @Nullable Policy policy;

  /** When the configuration last changed, or 0 for one that was restored. */
  long lastConfigMs;

  final long joinedMs;
  long nextRequestMs;
  long lastRequestMs = Member.NEVER;
  long lastAnnouncedMs = Member.NEVER;

  /** When a certificate outside of the window of our configuration last caused a request. */
  long lastOutsideWindowMs = Member.NEVER;

  /** Recipients of announcements that were silent then, and when: they may have missed them. */
  final Map<Long, Long> announcedWhileSilent = new HashMap<>();

  private final TreeSet<MulticastGroup> subscriptions = new TreeSet<>();
  private final TreeMap<MulticastGroup, Long> bridgedGroups = new TreeMap<>();

  /** Our credentials from the configuration, as messages to members. */
  List<Message> credentials = List.of();

  /** The join token that requests carry until there is a configuration; empty without one. */
  String joinToken = "";

  private NetworkStatus.@Nullable State failure;
  private String authenticationUrl = "";
  private boolean deviceFailed;
  private long revision;

  Network(long id, long self, long nowMs) {
    this.id = id;
    this.mac = Macs.of(self, id);
    this.firstOctet = Macs.firstOctet(id);
    this.controller = NetworkIds.controller(id);
    this.adHoc = NetworkIds.isAdHoc(id);
    this.joinedMs = nowMs;
    this.nextRequestMs = nowMs;
  }

  /** Requests the configuration as soon as the controller answers again: ours may be void. */
  void requestSoon(long nowMs) {
    nextRequestMs = Math.min(nextRequestMs, Math.max(nowMs, lastRequestMs + REQUEST_SPACING_MS));
  }

  NetworkStatus status() {
    Policy now = policy;
    return new NetworkStatus(
        id,
        mac,
        state(),
        now == null ? null : now.config,
        revision,
        List.copyOf(subscriptions),
        authenticationUrl);
  }

  private NetworkStatus.State state() {
    if (deviceFailed) {
      return NetworkStatus.State.PORT_ERROR;
    }
    if (failure != null) {
      return failure;
    }
    return policy == null ? NetworkStatus.State.REQUESTING_CONFIGURATION : NetworkStatus.State.OK;
  }

  boolean hasFailed() {
    return failure != null;
  }

  /**
   * Records an error from the controller; returns whether it is a new one. The configuration stays
   * in force (03 section 1.3).
   */
  boolean fail(NetworkStatus.State newFailure, String newAuthenticationUrl) {
    boolean changed = failure != newFailure || !authenticationUrl.equals(newAuthenticationUrl);
    failure = newFailure;
    authenticationUrl = newAuthenticationUrl;
    revision += changed ? 1 : 0;
    return changed;
  }

  void enforce(Policy newPolicy, List<Message> newCredentials, long changedMs) {
    policy = newPolicy;
    joinToken = "";
    credentials = newCredentials;
    lastConfigMs = changedMs;
    failure = null;
    authenticationUrl = "";
    revision++;
  }

  /** Records whether the device could not be set up; returns whether that is a change. */
  boolean deviceFailed(boolean failed) {
    boolean changed = deviceFailed != failed;
    deviceFailed = failed;
    revision += changed ? 1 : 0;
    return changed;
  }

  // Multicast groups.

  /** Replaces the subscriptions and returns those that are new. */
  List<MulticastGroup> subscribe(List<MulticastGroup> groups) {
    var added = new ArrayList<MulticastGroup>();
    var wanted = new TreeSet<>(groups); // Two addresses of a host may share a group.
    for (MulticastGroup group : wanted) {
      if (!subscriptions.contains(group)) {
        added.add(group);
      }
    }
    if (!subscriptions.equals(wanted)) {
      subscriptions.clear();
      subscriptions.addAll(wanted);
      revision++;
    }
    return added;
  }

  /** Records a group that a device behind this bridge sends to; returns whether it is new. */
  boolean recordBridged(MulticastGroup group, long nowMs) {
    if (bridgedGroups.size() >= MAX_BRIDGED_GROUPS && !bridgedGroups.containsKey(group)) {
      return false;
    }
    return bridgedGroups.put(group, nowMs) == null && !subscriptions.contains(group);
  }

  void expireBridgedGroups(long nowMs) {
    bridgedGroups.values().removeIf(sinceMs -> nowMs - sinceMs >= BRIDGED_GROUP_LIFE_MS);
  }

  /** Returns the assembler to which a chunk belongs. */
  ChunkAssembler assembler(ConfigChunk chunk) {
    return chunk.isDirectory() ? directoryChunks : chunks;
  }

  /** Returns whether this host or a device behind it is in a group. */
  boolean isSubscribed(MulticastGroup group) {
    return subscriptions.contains(group)
        || bridgedGroups.containsKey(group)
        || (isBroadcastEnabled() && group.equals(MulticastGroup.BROADCAST));
  }

  /** Returns the groups to announce, in order (03 section 7.2). */
  TreeSet<MulticastGroup> announcedGroups() {
    var all = new TreeSet<>(subscriptions);
    all.addAll(bridgedGroups.keySet());
    if (isBroadcastEnabled()) {
      all.add(MulticastGroup.BROADCAST);
    }
    return all;
  }

  private boolean isBroadcastEnabled() {
    Policy now = policy;
    return now != null && now.config.broadcastEnabled();
  }
}
