// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Persists accounts, sessions, tokens and links. */
public interface AccountStore {
  /**
   * Writes changes, all or none of them.
   *
   * @return completes when they are durable, on any thread; fails with {@link
   *     net.backhaul.web.http.StorageFailure} if they could not be written
   */
  CompletableFuture<Void> write(List<AccountChange> changes);
}
