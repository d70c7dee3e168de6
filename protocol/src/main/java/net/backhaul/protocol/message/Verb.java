// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import org.jspecify.annotations.Nullable;

/** The verbs of packets, each specified in a part of 02 section 2. */
public enum Verb {
  NOP(0x00),
  HELLO(0x01),
  ERROR(0x02),
  OK(0x03),
  WHOIS(0x04),
  RENDEZVOUS(0x05),
  FRAME(0x06),
  EXT_FRAME(0x07),
  ECHO(0x08),
  MULTICAST_LIKE(0x09),
  NETWORK_CREDENTIALS(0x0a),
  NETWORK_CONFIG_REQUEST(0x0b),
  NETWORK_CONFIG(0x0c),
  MULTICAST_GATHER(0x0d),
  MULTICAST_FRAME(0x0e),
  PUSH_DIRECT_PATHS(0x10),
  ACK(0x12),
  QOS_MEASUREMENT(0x13),
  USER_MESSAGE(0x14),
  REMOTE_TRACE(0x15),
  PATH_NEGOTIATION_REQUEST(0x16);

  private static final @Nullable Verb[] BY_NUMBER = new @Nullable Verb[32];

  static {
    for (Verb verb : values()) {
      BY_NUMBER[verb.number] = verb;
    }
  }

  private final int number;

  Verb(int number) {
    this.number = number;
  }

  /** Returns the number of this verb in packet headers. */
  public int number() {
    return number;
  }

  /** Returns the verb of a number, or null if it is not assigned. */
  public static @Nullable Verb of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
