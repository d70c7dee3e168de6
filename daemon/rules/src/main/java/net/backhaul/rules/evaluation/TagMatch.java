// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.WireReader;

/**
 * A match on tags of the two members (03 section 5.4.10). Its result depends on them and the
 * direction alone, and is therefore computed once per pair of members.
 */
record TagMatch(int type, long id, long value, boolean not) {
  static final byte NO = 0;
  static final byte YES = 1;

  /** A yes that makes the evaluation skip the next DROP. */
  static final byte LENIENT_YES = 2;

  static TagMatch of(Rule rule) {
    WireReader in = rule.fields();
    return new TagMatch(rule.type(), in.u32(), in.u32(), rule.not());
  }

  static boolean isTag(int type) {
    return type >= Rule.MATCH_TAGS_DIFFERENCE && type <= Rule.MATCH_TAG_RECEIVER;
  }

  /**
   * Returns the result.
   *
   * @param isObserver whether this member receives the frame as an observer, by an earlier rule
   */
  byte result(long mine, long theirs, boolean inbound, boolean isObserver) {
    return type == Rule.MATCH_TAG_SENDER || type == Rule.MATCH_TAG_RECEIVER
        ? one(mine, theirs, inbound, isObserver)
        : both(mine, theirs, inbound, isObserver);
  }

  /** A tag that is unknown here may be known at the other end, which decides then. */
  private byte one(long mine, long theirs, boolean inbound, boolean isObserver) {
    if (isObserver) {
      return LENIENT_YES;
    }
    boolean ofSender = type == Rule.MATCH_TAG_SENDER;
    long tag = ofSender == inbound ? theirs : mine;
    if (tag == Party.NO_TAG) {
      return !ofSender && !inbound ? LENIENT_YES : NO;
    }
    return ordinary(tag == value);
  }

  private byte both(long mine, long theirs, boolean inbound, boolean isObserver) {
    if (mine == Party.NO_TAG) {
      return NO;
    }
    if (theirs == Party.NO_TAG) {
      return inbound && !isObserver ? NO : LENIENT_YES;
    }
    return ordinary(
        switch (type) {
          case Rule.MATCH_TAGS_DIFFERENCE -> Math.abs(mine - theirs) <= value;
          case Rule.MATCH_TAGS_BITWISE_AND -> (mine & theirs) == value;
          case Rule.MATCH_TAGS_BITWISE_OR -> (mine | theirs) == value;
          case Rule.MATCH_TAGS_BITWISE_XOR -> (mine ^ theirs) == value;
          default -> mine == value && theirs == value;
        });
  }

  private byte ordinary(boolean matches) {
    return matches != not ? YES : NO;
  }
}
