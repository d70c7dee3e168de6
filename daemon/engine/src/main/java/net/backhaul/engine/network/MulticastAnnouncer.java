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

/** Tells others which multicast groups we want (03 section 7.3). */
final class MulticastAnnouncer {
  static final long ANNOUNCE_EVERY_MS = 60_000;

  private static final long ANNOUNCE_AGAIN_MS = 2_000;

  /** Whoever has not been heard of for so long may not be there. */
  private static final long SILENT_MS = 60_000;

  private static final int MAX_ENTRIES =
      (Packets.MAX_SENT_BYTES - Packets.HEADER_BYTES) / MulticastLike.ENTRY_BYTES;

  private final PeerLink link;

  MulticastAnnouncer(PeerLink link) {
    this.link = link;
  }

  /** Tells of new groups at once, and everybody. */
  void announce(Network network, Collection<MulticastGroup> groups, long nowMs) {
    if (groups.isEmpty()) {
      return;
    }
    // Nobody acknowledges this, so it is said once more before the minute is over.
    network.lastAnnouncedMs =
        Math.min(network.lastAnnouncedMs, nowMs - ANNOUNCE_EVERY_MS + ANNOUNCE_AGAIN_MS);
    Set<Long> always = always(network);
    for (long to : always) {
      noteSilence(network, to, nowMs);
      send(network, groups, to, nowMs);
    }
    for (Member member : network.members.all()) {
      if (!always.contains(member.address) && isAllowed(network, member, nowMs)) {
        member.lastLikeMs = nowMs;
        send(network, groups, member.address, nowMs);
      }
    }
  }

  /** Tells all groups to those who keep them for others. */
  void announceAll(Network network, long nowMs) {
    network.lastAnnouncedMs = nowMs;
    Collection<MulticastGroup> groups = network.announcedGroups();
    for (long to : always(network)) {
      noteSilence(network, to, nowMs);
      send(network, groups, to, nowMs);
    }
  }

  private void noteSilence(Network network, long to, long nowMs) {
    if (nowMs - link.lastHeardMs(to) >= SILENT_MS) {
      network.toldInSilence.put(to, nowMs);
    }
  }

  /** Tells those again who are back: a root that has just become reachable, a controller. */
  private void tellWhoIsBack(Network network, Set<Long> always, long nowMs) {
    if (network.toldInSilence.isEmpty()) {
      return;
    }
    network
        .toldInSilence
        .entrySet()
        .removeIf(
            told -> {
              boolean back = link.lastHeardMs(told.getKey()) >= told.getValue();
              if (back && always.contains(told.getKey())) {
                send(network, network.announcedGroups(), told.getKey(), nowMs);
              }
              return back || !always.contains(told.getKey());
            });
  }

  /** Tells all groups to those who have not heard of them for a minute. */
  void announceWhereDue(Network network, long nowMs) {
    if (nowMs - network.lastAnnouncedMs >= ANNOUNCE_EVERY_MS) {
      announceAll(network, nowMs);
    }
    Set<Long> always = always(network);
    tellWhoIsBack(network, always, nowMs);
    for (Member member : network.members.all()) {
      if (nowMs - member.lastLikeMs >= ANNOUNCE_EVERY_MS
          && !always.contains(member.address)
          && isAllowed(network, member, nowMs)) {
        greet(network, member, nowMs);
      }
    }
  }

  /** Tells all groups to a member that was let in, unless it has heard of them lately. */
  void greet(Network network, Member member, long nowMs) {
    if (nowMs - member.lastLikeMs >= ANNOUNCE_EVERY_MS) {
      member.lastLikeMs = nowMs;
      send(network, network.announcedGroups(), member.address, nowMs);
    }
  }

  private boolean isAllowed(Network network, Member member, long nowMs) {
    Policy policy = network.policy;
    if (policy == null || (!policy.isPublic && member.com() == null)) {
      return false;
    }
    Identity identity = link.identityOf(member.address, nowMs);
    return identity != null && member.isAllowed(policy, identity);
  }

  private Set<Long> always(Network network) {
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
