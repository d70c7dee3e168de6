// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.Bytes;

/** Something that happened and that somebody may want to know. */
public sealed interface Event {
  /** A root has answered. */
  record Online() implements Event {}

  /** No root has answered for long. */
  record Offline() implements Event {}

  /** A root says that our address belongs to somebody else: this identity can't be used. */
  record IdentityCollision() implements Event {}

  /** A peer can be reached directly. */
  record PathLearned(long address, InetSocketAddress endpoint) implements Event {}

  /** Roots see us at another address than before. */
  record SurfaceChanged(InetSocketAddress surface) implements Event {}

  /** A peer has sent us a message that is not for a network (02 section 2.20). */
  record UserMessage(long source, long type, Bytes data) implements Event {}
}
