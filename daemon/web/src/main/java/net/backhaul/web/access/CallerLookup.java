// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.util.Optional;

/** Finds the caller to whom a secret belongs. */
public interface CallerLookup {
  /** Returns the caller of a session; empty if it is unknown or has expired. */
  Optional<Principal> session(String secret, long nowMs);

  /** Returns the caller of an API token; empty if it is unknown or has expired. */
  Optional<Principal> token(String secret, long nowMs);
}
