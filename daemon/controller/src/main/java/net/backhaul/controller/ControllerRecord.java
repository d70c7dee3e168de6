// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** A record that operators change: a network, a member or a join token. */
public sealed interface ControllerRecord permits NetworkRecord, MemberRecord, JoinToken {
  /** Returns the number of changes; 0 before the record is saved for the first time. */
  long revision();

  /** Returns when it was created, in wall-clock ms; 0 if that is not known. */
  long createdMs();

  /** Returns what operators wrote about it. */
  Annotations annotations();
}
