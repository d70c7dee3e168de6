// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.BondPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Selects the paths of a peer that a bond uses: one from each interface of ours to each IP address
 * of the peer, since those that differ by ports only share their fate.
 */
final class BondedPaths {
  private final BondPolicy policy;
  private final LocalLinks links;

  /** What the paths of a group have in common. */
  private record Group(String device, InetAddress remote) {}

  BondedPaths(BondPolicy policy, LocalLinks links) {
    this.policy = policy;
    this.links = links;
  }

  /** Returns the members of a bond; those of before stay where their paths are still good. */
  List<BondMember> select(Peer peer, List<BondMember> before, long nowMs) {
    Map<Group, Path> best = new LinkedHashMap<>();
    for (Path path : peer.paths) {
      String device = links.device(path.socket);
      if (isUsed(path, device, nowMs)) {
        best.merge(
            new Group(device, path.endpoint.getAddress()),
            path,
            (one, other) -> better(one, other, before, nowMs));
      }
    }
    var members = new ArrayList<BondMember>(best.size());
    best.forEach(
        (group, path) -> {
          if (!isSecondChoice(group, best, nowMs)) {
            BondMember known = memberOf(before, path);
            members.add(
                known == null
                    ? new BondMember(path, group.device, policy.link(group.device), nowMs)
                    : known);
          }
        });
    return members;
  }

  private boolean isUsed(Path path, String device, long nowMs) {
    BondPolicy.Link link = policy.link(device);
    return !path.overTcp
        && !path.isExpired(nowMs)
        && link.enabled()
        && link.ipPreference().permits(path.ipBytes);
  }

  /** Returns whether the link prefers the other IP family, and has a live path of it. */
  private boolean isSecondChoice(Group group, Map<Group, Path> all, long nowMs) {
    BondPolicy.IpPreference preference = policy.link(group.device).ipPreference();
    if (!preference.isSecond(group.remote.getAddress().length)) {
      return false;
    }
    for (Map.Entry<Group, Path> other : all.entrySet()) {
      if (other.getKey().device.equals(group.device)
          && !preference.isSecond(other.getValue().ipBytes)
          && other.getValue().isAlive(nowMs)
          && other.getValue().hasSocket) {
        return true;
      }
    }
    return false;
  }

  private static Path better(Path one, Path other, List<BondMember> before, long nowMs) {
    int difference = rank(other, before, nowMs) - rank(one, before, nowMs);
    if (difference != 0) {
      return difference > 0 ? other : one;
    }
    return other.quality(nowMs) < one.quality(nowMs) ? other : one;
  }

  private static int rank(Path path, List<BondMember> before, long nowMs) {
    BondMember member = memberOf(before, path);
    if (!path.hasSocket) {
      return 0;
    }
    if (member == null) {
      return path.isAlive(nowMs) && !path.isOverdue(nowMs) ? 2 : 1;
    }
    return member.isAlive(nowMs) ? 3 : 0;
  }

  /** Returns the member of a path, or null. */
  static @Nullable BondMember memberOf(List<BondMember> members, Path path) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).path == path) {
        return members.get(i);
      }
    }
    return null;
  }
}
