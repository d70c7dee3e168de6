// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

/** The result of verifying a credential's signatures (03 section 4.1). */
public enum SignatureStatus {
  VALID,
  INVALID,
  /** The identity of a signer is not known yet; request it and verify again. */
  SIGNER_UNKNOWN
}
