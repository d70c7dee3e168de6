// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Revocation;

/** Signs revocations, each with a random id (03 section 4.6). */
final class RevocationSigner {
  /** Maximum signed revocations that are cached; the first is evicted. */
  private static final int MAX_CACHED = 8_192;

  private static final long ID_MASK = 0xffff_ffffL;

  private final Identity self;
  private final RandomGenerator random;
  private final LinkedHashMap<RevokedMember, Revocation> memberships = new LinkedHashMap<>();

  RevocationSigner(Identity self, RandomGenerator random) {
    this.self = self;
    this.random = random;
  }

  /** Returns whether this controller has the private key that signs. */
  boolean canSign() {
    return self.hasPrivateKey();
  }

  /** Returns the revocation of a membership. */
  List<Revocation> sign(PendingNotification.Revoke revoke) {
    return List.of(
        ofMembership(new RevokedMember(revoke.networkId(), revoke.target(), revoke.thresholdMs())));
  }

  /** Returns the revocations of memberships; each is signed once, as far as they are cached. */
  List<Revocation> sign(PendingNotification.RepeatRevocations repeat) {
    return repeat.revoked().stream().map(this::ofMembership).toList();
  }

  private Revocation ofMembership(RevokedMember revoked) {
    Revocation signed = memberships.get(revoked);
    if (signed == null) {
      signed =
          Revocation.ofMembership(
              self, nextId(), revoked.networkId(), revoked.thresholdMs(), revoked.address());
      memberships.put(revoked, signed);
      if (memberships.size() > MAX_CACHED) {
        memberships.pollFirstEntry();
      }
    }
    return signed;
  }

  /** Returns a revocation of each tag and capability. */
  List<Revocation> sign(PendingNotification.RevokeCredentials revoke) {
    return revoke.revoked().stream()
        .map(each -> Revocation.of(self, nextId(), revoke.networkId(), revoke.thresholdMs(), each))
        .toList();
  }

  private long nextId() {
    return random.nextLong() & ID_MASK;
  }
}
