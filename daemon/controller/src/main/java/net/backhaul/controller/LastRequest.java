// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.RequestMetaData;

/**
 * What is remembered of a member's last request, so that it can be answered again unasked.
 *
 * @param token the credential it has shown, or nothing
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
