// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordLimits;
import net.backhaul.controller.RecordSize;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;

/**
 * Limits of what the API stores in the controller. Those of users, sessions and tokens of users are
 * with them, those of the log and of the history of rules with the database.
 */
final class StoredLimits {
  private StoredLimits() {}

  /** Saves a network, unless it grows beyond the limits. */
  static ChangeResult<NetworkRecord> put(Controller controller, NetworkRecord wanted, Edit edit) {
    long before = controller.network(wanted.id()).map(RecordSize::of).orElse(0L);
    requireRoom(controller, wanted.id(), RecordSize.of(wanted) - before);
    return controller.put(wanted, edit);
  }

  /** Saves a member, unless it grows beyond the limits. */
  static ChangeResult<MemberRecord> put(Controller controller, MemberRecord wanted, Edit edit) {
    MemberRecord before = controller.member(wanted.networkId(), wanted.address()).orElse(null);
    if (before == null
        && controller.memberCount(wanted.networkId()) >= RecordLimits.MAX_MEMBERS_WITH_ADDED) {
      throw tooMany(
          "there are "
              + RecordLimits.MAX_MEMBERS_WITH_ADDED
              + " members, the maximum; remove some");
    }
    requireRoom(
        controller,
        wanted.networkId(),
        RecordSize.of(wanted) - (before == null ? 0 : RecordSize.of(before)));
    return controller.put(wanted, edit);
  }

  /** Rejects another device that gets what a member has, which is kept in the bin. */
  static void requireRoomForCopy(Controller controller, MemberRecord member) {
    requireRoom(controller, member.networkId(), RecordSize.of(member));
  }

  /** Rejects another network. */
  static void requireNetworks(Controller controller) {
    if (controller.networkCount() >= RecordLimits.MAX_NETWORKS) {
      throw tooMany(
          "there are " + RecordLimits.MAX_NETWORKS + " networks, the maximum; delete some");
    }
  }

  /** Blocks an address of an existing network, unless that has the maximum of them. */
  static ChangeResult<BlockedAddress> block(
      Controller controller, MemberBatch.Target target, Edit edit) {
    try {
      return controller.block(target.networkId(), target.address(), edit);
    } catch (IllegalArgumentException e) {
      throw tooMany(
          "there are "
              + RecordLimits.MAX_BLOCKED
              + " blocked addresses, the maximum; unblock some");
    }
  }

  /** Rejects another join token. */
  static void requireRoom(Controller controller, JoinToken token) {
    if (controller.joinTokens(token.networkId()).size() >= JoinToken.MAX_PER_NETWORK) {
      throw tooMany(
          "there are " + JoinToken.MAX_PER_NETWORK + " join tokens, the maximum; revoke some");
    }
    requireRoom(controller, token.networkId(), RecordSize.of(token));
  }

  private static void requireRoom(Controller controller, long networkId, long growth) {
    if (!controller.hasRoom(networkId, growth)) {
      throw new ProblemException(
          RequestProblem.of(
              409,
              "too-much",
              "network %s has too many notes, names, labels, tags and addresses for this change, counted together: %d characters at most, and %d in all networks; shorten some, or delete removed members and join tokens"
                  .formatted(
                      NetworkIds.text(networkId),
                      RecordSize.MAX_OF_NETWORK,
                      RecordSize.MAX_OF_ALL)));
    }
  }

  private static ProblemException tooMany(String detail) {
    return new ProblemException(RequestProblem.of(409, "too-many", detail));
  }
}
