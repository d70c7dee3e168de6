// SPDX-License-Identifier: Apache-2.0
/**
 * A simulated internet with virtual time: links, NATs and hosts, all by one seed.
 *
 * <p>Nothing here sleeps or opens a socket, and the same seed gives the same run.
 */
@NullMarked
package net.backhaul.simulation;

import org.jspecify.annotations.NullMarked;
