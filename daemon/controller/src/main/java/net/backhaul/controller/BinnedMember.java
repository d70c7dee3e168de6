// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * A member that an operator has removed, with all that its record had; it is no member.
 *
 * @param removedMs wall-clock time of the removal
 */
public record BinnedMember(MemberRecord member, long removedMs) {
  public long networkId() {
    return member.networkId();
  }

  public long address() {
    return member.address();
  }

  /** Returns when it is deleted for good. */
  public long expiresMs() {
    return removedMs + MemberBin.KEPT_MS;
  }
}
