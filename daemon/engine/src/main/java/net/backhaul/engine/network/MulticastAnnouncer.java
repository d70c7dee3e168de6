// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.MulticastLike;
import net.backhaul.protocol.packet.Packets;

/** Announces the multicast groups of this node by MULTICAST_LIKE (03 section 7.3). */
final class MulticastAnnouncer {
  private static final long ANNOUNCE_EVERY_MS = 60_000;

  /** Twice within the lifetime of members of a group, so that one announcement may be lost. */
  private static final long LOW_BANDWIDTH_ANNOUNCE_EVERY_MS = 280_000;

  /** A group member expires after ten minutes, so that one announcement may be lost. */
  private static final long ANNOUNCE_TO_MEMBERS_EVERY_MS = 240_000;

  private static final long REPEAT_AFTER_MS = 2_000;

  /** A recipient that was silent for this long may be offline. */
  private static final long SILENT_MS = 60_000;

  private static final int MAX_ENTRIES =
      (Packets.MAX_SENT_BYTES - Packets.HEADER_BYTES) / MulticastLike.ENTRY_BYTES;

  private final PeerLink link;

  MulticastAnnouncer(PeerLink link) {
    this.link = link;
  }

  /** Announces new groups at once, to all recipients. */
  void announce(Network network, Collection<MulticastGroup> groups, long nowMs) {
    if (groups.isEmpty()) {
      return;
    }
    // MULTICAST_LIKE is not acknowledged, so it is repeated soon, once.
    network.lastAnnouncedMs =
        Math.min(network.lastAnnouncedMs, nowMs - announceEveryMs() + REPEAT_AFTER_MS);
    Set<Long> fixed = fixedRecipients(network);
    for (long to : fixed) {
      recordIfSilent(network, to, nowMs);
      send(network, groups, to, nowMs);
    }
    for (Member member : network.members.all()) {
      if (!fixed.contains(member.address) && isAllowed(network, member, nowMs)) {
        member.lastLikeMs = nowMs;
        send(network, groups, member.address, nowMs);
      }
    }
  }

  /** Announces all groups to the roots, the controller, anchors and replicators. */
  void announceAll(Network network, long nowMs) {
    network.lastAnnouncedMs = nowMs;
    Collection<MulticastGroup> groups = network.announcedGroups();
    for (long to : fixedRecipients(network)) {
      recordIfSilent(network, to, nowMs);
      send(network, groups, to, nowMs);
    }
  }

  private void recordIfSilent(Network network, long to, long nowMs) {
    if (nowMs - link.lastReceiveMs(to) >= SILENT_MS) {
      network.announcedWhileSilent.put(to, nowMs);
    }
  }

  /** Repeats the announcement to recipients that were silent and have sent a packet since. */
  private void announceToReturned(Network network, Set<Long> fixed, long nowMs) {
    if (network.announcedWhileSilent.isEmpty()) {
      return;
    }
    network
        .announcedWhileSilent
        .entrySet()
        .removeIf(
            announced -> {
              boolean back = link.lastReceiveMs(announced.getKey()) >= announced.getValue();
              if (back && fixed.contains(announced.getKey())) {
                send(network, network.announcedGroups(), announced.getKey(), nowMs);
              }
              return back || !fixed.contains(announced.getKey());
            });
  }

  /** Announces all groups to the recipients whose last announcement is old. */
  void announceToDue(Network network, long nowMs) {
    if (nowMs - network.lastAnnouncedMs >= announceEveryMs()) {
      announceAll(network, nowMs);
    }
    Set<Long> fixed = fixedRecipients(network);
    announceToReturned(network, fixed, nowMs);
    for (Member member : network.members.all()) {
      if (nowMs - member.lastLikeMs >= announceToMembersEveryMs()
          && !fixed.contains(member.address)
          && isAllowed(network, member, nowMs)) {
        announceIfDue(network, member, nowMs);
      }
    }
  }

  /** Announces all groups to a member, unless that was done lately. */
  void announceIfDue(Network network, Member member, long nowMs) {
    if (nowMs - member.lastLikeMs >= announceToMembersEveryMs()) {
      member.lastLikeMs = nowMs;
      send(network, network.announcedGroups(), member.address, nowMs);
    }
  }

  private long announceToMembersEveryMs() {
    return Math.max(ANNOUNCE_TO_MEMBERS_EVERY_MS, announceEveryMs());
  }

  private long announceEveryMs() {
    return link.lowBandwidth() ? LOW_BANDWIDTH_ANNOUNCE_EVERY_MS : ANNOUNCE_EVERY_MS;
  }

  private boolean isAllowed(Network network, Member member, long nowMs) {
    Policy policy = network.policy;
    if (policy == null || (!policy.isPublic && member.com() == null)) {
      return false;
    }
    Identity identity = link.identityOf(member.address, nowMs);
    return identity != null && member.isAllowed(policy, identity);
  }

  /** Returns the recipients that don't depend on membership. */
  private Set<Long> fixedRecipients(Network network) {
    var all = new LinkedHashSet<Long>();
    Policy policy = network.policy;
    if (policy != null) {
      all.addAll(policy.config.anchors());
      all.addAll(policy.config.replicators());
    }
    all.add(network.controller);
    all.addAll(link.upstreams());
    all.removeIf(Addresses::isReserved);
    all.remove(link.self().address());
    return all;
  }

  private void send(Network network, Collection<MulticastGroup> groups, long to, long nowMs) {
    List<MulticastLike.Entry> entries =
        groups.stream().map(group -> new MulticastLike.Entry(network.id, group)).toList();
    for (int from = 0; from < entries.size(); from += MAX_ENTRIES) {
      var part =
          new ArrayList<>(entries.subList(from, Math.min(from + MAX_ENTRIES, entries.size())));
      link.send(to, new MulticastLike(part), nowMs);
    }
  }
}
