// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** Something that a {@link RecordStore} has to keep. */
public sealed interface RecordChange {
  record NetworkSaved(NetworkRecord network) implements RecordChange {}

  record MemberSaved(MemberRecord member) implements RecordChange {}

  /** A network is gone, and all its members are. */
  record NetworkDeleted(long networkId) implements RecordChange {}

  record MemberDeleted(long networkId, long address) implements RecordChange {}
}
