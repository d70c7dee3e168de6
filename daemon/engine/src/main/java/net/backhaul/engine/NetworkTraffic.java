// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * The frames of a network counted since it was joined (04 section 7).
 *
 * @param receivedAccepted frames of peers that were delivered
 * @param receivedRejected frames of peers that rules or membership rejected
 * @param sentAccepted frames of the device that were sent
 * @param sentRejected frames of the device that rules rejected
 */
public record NetworkTraffic(
    long networkId,
    long receivedAccepted,
    long receivedRejected,
    long sentAccepted,
    long sentRejected) {}
