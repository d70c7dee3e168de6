// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** The software version that a member reports; all -1 before its first authorization. */
public record MemberVersion(int major, int minor, int revision, int protocol) {
  public static final MemberVersion UNKNOWN = new MemberVersion(-1, -1, -1, -1);
}
