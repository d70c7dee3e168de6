// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.util.HashSet;
import java.util.Set;

/**
 * A permission in all or in some networks.
 *
 * @param networks ids; without meaning if it is for all networks
 */
public record AccessGrant(AccessLevel permission, boolean allNetworks, Set<Long> networks) {
  /** The maximum number of networks that a grant names. */
  public static final int MAX_NETWORKS = 1_000;

  /** Permits nothing. */
  public static final AccessGrant NONE = new AccessGrant(AccessLevel.READ, false, Set.of());

  /** Permits everything. */
  public static final AccessGrant ADMIN = ofAll(AccessLevel.ADMIN);

  public AccessGrant {
    networks = allNetworks ? Set.of() : Set.copyOf(networks);
  }

  /** Makes a grant for all networks. */
  public static AccessGrant ofAll(AccessLevel permission) {
    return new AccessGrant(permission, true, Set.of());
  }

  /** Returns whether this permits something in a network. */
  public boolean permits(AccessLevel wanted, long network) {
    return permission.includes(wanted) && (allNetworks || networks.contains(network));
  }

  /** Returns whether this permits something in all networks. */
  public boolean permitsEverywhere(AccessLevel wanted) {
    return permission.includes(wanted) && allNetworks;
  }

  /** Returns whether this permits something in at least one network. */
  public boolean permitsSomewhere(AccessLevel wanted) {
    return permission.includes(wanted) && (allNetworks || !networks.isEmpty());
  }

  /** Returns what both permit. */
  public AccessGrant and(AccessGrant other) {
    AccessLevel lower = permission.includes(other.permission) ? other.permission : permission;
    if (allNetworks) {
      return new AccessGrant(lower, other.allNetworks, other.networks);
    }
    Set<Long> common = new HashSet<>(networks);
    if (!other.allNetworks) {
      common.retainAll(other.networks);
    }
    return new AccessGrant(lower, false, common);
  }
}
