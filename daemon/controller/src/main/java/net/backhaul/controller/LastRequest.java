// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.RequestMetaData;

/**
 * The part of a member's last config request from which a push is made.
 *
 * @param readsDirectory whether the member reads directories of networks
 * @param directoryRevision the revision of the directory that it held; 0 for none
 * @param token the token that the request carried, or an empty string
 * @param atMs the time of the request
 * @param seenMs the time of the member's last request or acknowledgement
 */
record LastRequest(
    Identity identity,
    MemberVersion version,
    long rulesRevision,
    boolean readsDirectory,
    long directoryRevision,
    String token,
    long atMs,
    long seenMs) {
  private static final String TOKEN = "token:";

  static LastRequest of(ConfigRequest request, long nowMs) {
    var metaData = RequestMetaData.parse(request.metaData().toByteArray());
    String auth = metaData.auth();
    return new LastRequest(
        request.member().withoutPrivateKey(),
        new MemberVersion(
            (int) metaData.major(),
            (int) metaData.minor(),
            (int) metaData.revision(),
            (int) metaData.protocolVersion()),
        metaData.rulesRevision(),
        metaData.readsDirectory(),
        metaData.directoryRevision(),
        auth.startsWith(TOKEN) ? auth.substring(TOKEN.length()) : "",
        nowMs,
        nowMs);
  }

  /**
   * Returns whether the member keeps the membership of another one whose tag is revoked: those of
   * our implementation do, which read directories.
   */
  boolean acceptsRevokedTags() {
    return readsDirectory;
  }

  LastRequest withSeenMs(long changed) {
    return new LastRequest(
        identity, version, rulesRevision, readsDirectory, directoryRevision, token, atMs, changed);
  }
}
