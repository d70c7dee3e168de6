// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Revocation;

/** Signs revocations, each with a random id (03 section 4.6). */
final class RevocationSigner {
  private static final long ID_MASK = 0xffff_ffffL;

  private final Identity self;
  private final RandomGenerator random;

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
        Revocation.ofMembership(
            self, nextId(), revoke.networkId(), revoke.thresholdMs(), revoke.target()));
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
