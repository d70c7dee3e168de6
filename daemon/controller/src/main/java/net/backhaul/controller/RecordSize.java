// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * How much the records of networks, members and join tokens hold, in characters, with what each
 * value counts. The limits are those of changes by the web API: all records are in memory, and no
 * operator of some networks may take that of others.
 */
public final class RecordSize {
  /** Maximum of a network, with its members, removed members and join tokens. */
  public static final long MAX_OF_NETWORK = 32L << 20;

  /** Maximum of all networks. */
  public static final long MAX_OF_ALL = 64L << 20;

  /** What an address, a tag or a capability counts. */
  static final int VALUE = 64;

  private RecordSize() {}

  /** Returns the size of a network without its members. */
  public static long of(NetworkRecord network) {
    return network.document().length() + of(network.annotations());
  }

  /** Returns the size of a member, removed or not. */
  public static long of(MemberRecord member) {
    MemberSettings settings = member.settings();
    return member.document().length()
        + settings.name().length()
        + of(member.annotations())
        + (long) VALUE
            * (settings.ipAssignments().size()
                + settings.tags().size()
                + settings.capabilities().size());
  }

  /** Returns the size of a join token. */
  public static long of(JoinToken token) {
    JoinGrant grant = token.grant();
    return token.name().length()
        + grant.memberName().length()
        + of(grant.annotations())
        + (long) VALUE * (grant.tags().size() + grant.addresses().size());
  }

  private static long of(Annotations annotations) {
    return annotations.notes().length()
        + annotations.labels().stream().mapToLong(String::length).sum();
  }
}
