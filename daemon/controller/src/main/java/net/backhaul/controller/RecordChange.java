// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** A change that a {@link RecordStore} persists. */
public sealed interface RecordChange {
  /** A network was created or changed. */
  record NetworkSaved(NetworkRecord network) implements RecordChange {}

  /** A member was created or changed. */
  record MemberSaved(MemberRecord member) implements RecordChange {}

  /** A network was deleted, and with it all its members. */
  record NetworkDeleted(long networkId) implements RecordChange {}

  /** A member was deleted. */
  record MemberDeleted(long networkId, long address) implements RecordChange {}
}
