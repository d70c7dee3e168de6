// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** Something that a {@link Store} has to keep. */
public sealed interface Change {
  record NetworkSaved(NetworkRecord network) implements Change {}

  record MemberSaved(MemberRecord member) implements Change {}

  /** A network is gone, and all its members are. */
  record NetworkDeleted(long networkId) implements Change {}

  record MemberDeleted(long networkId, long address) implements Change {}
}
