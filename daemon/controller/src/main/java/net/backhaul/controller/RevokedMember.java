// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * A membership that has ended, and that other members may believe in until its credentials are
 * outside of the window of the network.
 *
 * @param thresholdMs the latest time of the credentials that are revoked
 */
public record RevokedMember(long networkId, long address, long thresholdMs) {}
