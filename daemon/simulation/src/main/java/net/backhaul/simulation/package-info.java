// SPDX-License-Identifier: Apache-2.0
/**
 * A simulated internet in virtual time: links, NATs and hosts with nodes and controllers. A library
 * for tests and benchmarks, never shipped.
 *
 * <p>Nothing sleeps or opens a socket, and one seed determines a run.
 */
@NullMarked
package net.backhaul.simulation;

import org.jspecify.annotations.NullMarked;
