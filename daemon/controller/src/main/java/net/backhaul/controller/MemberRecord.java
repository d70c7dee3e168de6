// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a member of a network, or of somebody who has asked to be one.
 *
 * @param revision how often it was changed; 0 before it is kept for the first time
 * @param identity the text of who asked first under this address; null while nobody has
 * @param document the text that this was read from, opaque, without the revision; where it
 *     disagrees with the rest, the rest holds
 */
public record MemberRecord(
    long networkId,
    long address,
    long revision,
    long createdMs,
    @Nullable String identity,
    Authorization authorization,
    MemberSettings settings,
    MemberVersion version,
    String document) {
  /** The document of a record that was never written down. */
  public static final String NO_DOCUMENT = "{}";

  /** Makes the record of somebody whom nobody has let in. */
  public static MemberRecord unauthorized(long networkId, long address, long nowMs) {
    return new MemberRecord(
        networkId,
        address,
        0,
        nowMs,
        null,
        Authorization.NONE,
        MemberSettings.NONE,
        MemberVersion.UNKNOWN,
        NO_DOCUMENT);
  }

  public boolean authorized() {
    return authorization.authorized();
  }

  /** Returns whether somebody else than the one who asked first asks under this address. */
  boolean belongsToAnother(Identity asking) {
    if (identity == null || identity.equals(asking.publicText())) {
      return false;
    }
    try {
      return !Identity.parse(identity).equals(asking);
    } catch (IllegalArgumentException unreadable) {
      return true;
    }
  }

  public MemberRecord withRevision(long changed) {
    return new MemberRecord(
        networkId,
        address,
        changed,
        createdMs,
        identity,
        authorization,
        settings,
        version,
        document);
  }

  MemberRecord withIdentity(String changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        changed,
        authorization,
        settings,
        version,
        document);
  }

  public MemberRecord withAuthorization(Authorization changed) {
    return new MemberRecord(
        networkId, address, revision, createdMs, identity, changed, settings, version, document);
  }

  MemberRecord withSettings(MemberSettings changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        authorization,
        changed,
        version,
        document);
  }

  MemberRecord withVersion(MemberVersion changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        authorization,
        settings,
        changed,
        document);
  }
}
