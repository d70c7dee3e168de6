// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** The class of a datagram: where not all can be sent, data is dropped long before control. */
public enum Traffic {
  /** Packets that maintain peers, paths and networks: few, and not to be displaced by frames. */
  CONTROL,
  /** Frames of networks, and datagrams relayed for other nodes. */
  DATA
}
