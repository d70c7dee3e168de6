// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.List;
import java.util.Map;

/**
 * A member of a network, with the credentials that are in force: rules depend on them. Immutable,
 * so that a change of a credential makes another party.
 */
public final class Party {
  /** What {@link #tag} returns without the tag; values are numbers of 32 bits. */
  public static final long NO_TAG = -1;

  private final long address;
  private final long[] tagIds;
  private final long[] tagValues;
  private final CapabilityRules[] capabilities;
  private final OwnedAddresses[] owned;

  /**
   * Creates a member.
   *
   * @param tags values by id
   * @param capabilities in the order in which they are evaluated
   * @param owned addresses of certificates of ownership
   */
  public Party(
      long address,
      Map<Long, Long> tags,
      List<CapabilityRules> capabilities,
      List<OwnedAddresses> owned) {
    this.address = address;
    tagIds = new long[tags.size()];
    tagValues = new long[tags.size()];
    int i = 0;
    for (Map.Entry<Long, Long> tag : tags.entrySet()) {
      tagIds[i] = tag.getKey();
      tagValues[i++] = tag.getValue();
    }
    this.capabilities = capabilities.toArray(CapabilityRules[]::new);
    this.owned = owned.toArray(OwnedAddresses[]::new);
  }

  /** Creates a member without credentials. */
  public Party(long address) {
    this(address, Map.of(), List.of(), List.of());
  }

  /** Returns the address of the member. */
  public long address() {
    return address;
  }

  /** Returns the value of a tag, or {@link #NO_TAG}. */
  public long tag(long id) {
    for (int i = 0; i < tagIds.length; i++) {
      if (tagIds[i] == id) {
        return tagValues[i];
      }
    }
    return NO_TAG;
  }

  int capabilityCount() {
    return capabilities.length;
  }

  CapabilityRules capability(int i) {
    return capabilities[i];
  }

  /** Returns whether an IP address of 4 or 16 bytes is owned by certificate. */
  public boolean ownsIp(byte[] bytes, int start, int length) {
    for (OwnedAddresses each : owned) {
      if (each.ownsIp(bytes, start, length)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a MAC is owned by certificate. */
  public boolean ownsMac(long mac) {
    for (OwnedAddresses each : owned) {
      if (each.ownsMac(mac)) {
        return true;
      }
    }
    return false;
  }
}
