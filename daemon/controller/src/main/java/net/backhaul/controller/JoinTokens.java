// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.LinkedHashMap;
import net.backhaul.protocol.identity.Addresses;

/** Uses the join tokens that config requests carry. */
final class JoinTokens {
  /** Tokens of an address that are not valid, after which its further ones are not looked up. */
  static final int MAX_GUESSES = 10;

  /** Time for which they are not. */
  static final long GUESSES_FORGOTTEN_MS = 3_600_000;

  /** Maximum addresses whose guesses are counted; the oldest is evicted. */
  static final int MAX_GUESSERS = 4_096;

  private final RecordTable records;
  private final LinkedHashMap<Long, Guesses> guesses = new LinkedHashMap<>();

  /** One token that is repeated is one guess: nodes repeat theirs until they are admitted. */
  private record Guesses(int count, long sinceMs, String lastHash) {}

  JoinTokens(RecordTable records) {
    this.records = records;
  }

  /**
   * Admits a member by a token, and counts the use, in one change. Without effect on members that
   * are authorized or blocked, on those that were deauthorized or removed after the token was made,
   * and where what the token gives exceeds the limits of the network.
   */
  void use(NetworkState network, LastRequest request, String secret, long nowMs) {
    long address = request.identity().address();
    NetworkState.MemberState stored = network.member(address);
    MemberRecord member =
        stored == null
            ? MemberRecord.unauthorized(network.record().id(), address, nowMs)
            : stored.record();
    if (member.authorized()
        || network.blocked(address) != null
        || member.identityDiffersFrom(request.identity())
        || isGuessing(address, nowMs)) {
      return;
    }
    String hash = JoinToken.hash(secret);
    JoinToken token = network.joinToken(hash);
    if (token == null || !token.isUsable(nowMs)) {
      countGuess(address, hash, nowMs);
      return;
    }
    boolean applies =
        token.grant().authorizes()
            ? endedMs(network, member) < token.createdMs()
            : stored == null && network.bin().find(address) == null;
    if (!applies) {
      return;
    }
    MemberRecord joined =
        token
            .grant()
            .apply(member, "join token " + token.id(), nowMs)
            .withIdentity(request.identity().publicText());
    long growth = RecordSize.of(joined) - (stored == null ? 0 : RecordSize.of(member));
    if ((stored == null && MembershipPolicy.isFull(network, joined))
        || !records.hasRoom(network, growth)) {
      return;
    }
    MemberRecord complete =
        joined.authorized()
            ? MembershipPolicy.withDefaults(network.record(), joined, stored == null)
            : joined;
    var edit = Edit.of("join token " + token.name(), Addresses.text(address), nowMs);
    records.join(network, token.used(), complete, edit);
  }

  /** Returns when the member was deauthorized or removed last; 0 for never. */
  private static long endedMs(NetworkState network, MemberRecord member) {
    BinnedMember binned = network.bin().find(member.address());
    return Math.max(
        member.authorization().deauthorizedAtMs(), binned == null ? 0 : binned.removedMs());
  }

  private boolean isGuessing(long address, long nowMs) {
    Guesses before = guesses.get(address);
    return before != null
        && before.count >= MAX_GUESSES
        && nowMs - before.sinceMs < GUESSES_FORGOTTEN_MS;
  }

  private void countGuess(long address, String hash, long nowMs) {
    Guesses before = guesses.get(address);
    var next = new Guesses(1, nowMs, hash);
    if (before != null && nowMs - before.sinceMs < GUESSES_FORGOTTEN_MS) {
      if (before.lastHash.equals(hash)) {
        return;
      }
      next = new Guesses(before.count + 1, before.sinceMs, hash);
    }
    guesses.remove(address); // The order is that of the latest guesses.
    guesses.put(address, next);
    if (guesses.size() > MAX_GUESSERS) {
      guesses.pollFirstEntry();
    }
  }
}
