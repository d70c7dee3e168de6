// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

/** What a look at a credential's signatures has shown (03 section 4.1). */
public enum Check {
  GOOD,
  BAD,
  /** The identity of a signer is not known yet; ask for it and look again. */
  WAIT
}
