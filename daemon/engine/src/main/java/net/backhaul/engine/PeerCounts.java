// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * How many peers a node has at one moment, roots included.
 *
 * @param direct those with a usable path of their own
 * @param relayed those that are reached through a root alone
 */
public record PeerCounts(int direct, int relayed) {}
