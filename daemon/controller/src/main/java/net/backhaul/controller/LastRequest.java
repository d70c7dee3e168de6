// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.RequestMetaData;

/**
 * The part of a member's last config request from which a push is made.
 *
 * @param token the token that the request carried, or an empty string
 */
record LastRequest(
    Identity identity, MemberVersion version, long rulesRevision, String token, long atMs) {
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
        auth.startsWith(TOKEN) ? auth.substring(TOKEN.length()) : "",
        nowMs);
  }
}
