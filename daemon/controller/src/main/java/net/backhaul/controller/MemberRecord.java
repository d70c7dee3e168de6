// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * A member of a network, authorized or not (04 section 5.5).
 *
 * @param revision number of changes; 0 before the record is saved for the first time
 * @param identity the public identity of the first request from this address, as text; null before
 *     a request
 * @param document the JSON text that this was read from, without the revision; opaque here. Where
 *     it disagrees with the other components, they are right. Without anything else in it, it is
 *     {@link #NO_DOCUMENT}
 * @param annotations not in the document
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
    String document,
    Annotations annotations)
    implements ControllerRecord {
  /** The document of a record that is all that its JSON has. */
  public static final String NO_DOCUMENT = "{}";

  /** Creates an unauthorized, unsaved member. */
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
        NO_DOCUMENT,
        Annotations.NONE);
  }

  public boolean authorized() {
    return authorization.authorized();
  }

  /** Returns whether the recorded identity, if there is one, is not this one. */
  boolean identityDiffersFrom(Identity requester) {
    if (identity == null || identity.equals(requester.publicText())) {
      return false;
    }
    try {
      return !Identity.parse(identity).equals(requester);
    } catch (IllegalArgumentException invalid) {
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
        document,
        annotations);
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
        document,
        annotations);
  }

  public MemberRecord withAuthorization(Authorization changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        changed,
        settings,
        version,
        document,
        annotations);
  }

  public MemberRecord withSettings(MemberSettings changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        authorization,
        changed,
        version,
        document,
        annotations);
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
        document,
        annotations);
  }

  public MemberRecord withAnnotations(Annotations changed) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        authorization,
        settings,
        version,
        document,
        changed);
  }

  /** Returns whether everything else but the revision is that of an older record. */
  boolean differsInAnnotationsOnly(@Nullable MemberRecord older) {
    return older != null
        && withAnnotations(older.annotations).withRevision(older.revision).equals(older);
  }
}
