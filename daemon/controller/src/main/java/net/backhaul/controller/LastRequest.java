// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.RequestMetaData;
import org.jspecify.annotations.Nullable;

/**
 * The part of a member's last config request from which a push is made.
 *
 * @param atMs the time of the request
 * @param seenMs the time of the member's last request or acknowledgement
 * @param presentSinceMs the time of the first of the requests that followed closely
 * @param missedSinceMs since when the member may have missed revocations at that time
 */
record LastRequest(
    Identity identity,
    Statement stated,
    long atMs,
    long seenMs,
    long presentSinceMs,
    long missedSinceMs) {
  private static final String TOKEN = "token:";
  private static final long NEVER_MS = Long.MIN_VALUE;

  /**
   * What the member states about itself.
   *
   * @param readsDirectory whether it reads directories of networks
   * @param directoryRevision the revision of the directory that it held; 0 for none
   * @param token the token that the request carried, or an empty string
   * @param hostName the name of its host, or an empty string
   */
  record Statement(
      MemberVersion version,
      long rulesRevision,
      boolean readsDirectory,
      long directoryRevision,
      String token,
      String hostName) {}

  static LastRequest of(ConfigRequest request, long nowMs) {
    var metaData = RequestMetaData.parse(request.metaData().toByteArray());
    String auth = metaData.auth();
    return new LastRequest(
        request.member().withoutPrivateKey(),
        new Statement(
            new MemberVersion(
                (int) metaData.major(),
                (int) metaData.minor(),
                (int) metaData.revision(),
                (int) metaData.protocolVersion()),
            metaData.rulesRevision(),
            metaData.readsDirectory(),
            metaData.directoryRevision(),
            auth.startsWith(TOKEN) ? auth.substring(TOKEN.length()) : "",
            metaData.hostName()),
        nowMs,
        nowMs,
        nowMs,
        NEVER_MS);
  }

  /** Returns this request with what the one before says of the time between the two. */
  LastRequest after(@Nullable LastRequest previous) {
    if (previous == null) {
      return this;
    }
    return atMs - previous.seenMs < Controller.ONLINE_MS
        ? withPresence(previous.presentSinceMs, previous.missedSinceMs)
        : withPresence(atMs, previous.seenMs - Controller.ONLINE_MS);
  }

  /** Returns whether the member has returned a short time ago, or was never seen before. */
  boolean hasReturned() {
    return atMs - presentSinceMs <= Controller.ONLINE_MS;
  }

  /**
   * Returns whether the member keeps the membership of another one whose tag is revoked: those of
   * our implementation do, which read directories.
   */
  boolean acceptsRevokedTags() {
    return stated.readsDirectory;
  }

  LastRequest withSeenMs(long changed) {
    return new LastRequest(identity, stated, atMs, changed, presentSinceMs, missedSinceMs);
  }

  private LastRequest withPresence(long sinceMs, long missedMs) {
    return new LastRequest(identity, stated, atMs, seenMs, sinceMs, missedMs);
  }
}
