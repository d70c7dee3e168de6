// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Derives the address of the identity on disk from its keys (01 section 2.4) beside the start of
 * the other parts, because it takes about as long as all of them.
 */
public final class IdentityCheck {
  /** The identity on disk, or null if there is none or its keys have another address. */
  private final CompletableFuture<@Nullable Identity> valid;

  private IdentityCheck(HomeDirectory home) {
    valid = CompletableFuture.supplyAsync(() -> IdentityFiles.validOnDisk(home));
  }

  /** Starts the check of the identity in a home directory, if there is one. */
  public static IdentityCheck begin(HomeDirectory home) {
    return new IdentityCheck(home);
  }

  /** Returns whether an identity has the address of its keys: the one on disk or another. */
  public CompletableFuture<Boolean> of(Identity identity) {
    return valid.thenApplyAsync(
        checked -> Objects.equals(checked, identity) || identity.validates());
  }
}
