// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** Which software a member runs, as it says itself; all -1 until it was let in. */
public record MemberVersion(int major, int minor, int revision, int protocol) {
  public static final MemberVersion UNKNOWN = new MemberVersion(-1, -1, -1, -1);
}
