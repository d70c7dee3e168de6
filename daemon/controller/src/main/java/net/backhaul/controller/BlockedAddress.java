// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * An address that is not admitted to a network, whatever its member record says, and also after
 * that record was deleted.
 *
 * @param sinceMs wall-clock time of the block
 */
public record BlockedAddress(long networkId, long address, long sinceMs) {}
