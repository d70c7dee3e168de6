// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import net.backhaul.protocol.packet.Bytes;

/** The answer of a controller to a config request (03 section 1.7). */
public sealed interface ConfigAnswer {
  /** The member is authorized and gets its configuration. */
  record Granted(NetworkConfig config) implements ConfigAnswer {}

  /** The request is rejected with an error code and a dictionary, which may be empty. */
  record Rejected(int errorCode, Bytes dictionary) implements ConfigAnswer {}

  /** There is no answer: the member is rate limited, or the network has another controller. */
  record Ignored() implements ConfigAnswer {}
}
