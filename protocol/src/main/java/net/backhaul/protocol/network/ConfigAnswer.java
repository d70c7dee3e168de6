// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import net.backhaul.protocol.packet.Bytes;

/** What a controller answers a member that asks for its configuration. */
public sealed interface ConfigAnswer {
  /** The member may join, and this is its configuration. */
  record Granted(NetworkConfig config) implements ConfigAnswer {}

  /** The member gets an error of this code, and a dictionary with it where one is wanted. */
  record Rejected(int errorCode, Bytes dictionary) implements ConfigAnswer {}

  /** The member gets no answer: it asks too often, or the network is not ours. */
  record Ignored() implements ConfigAnswer {}
}
