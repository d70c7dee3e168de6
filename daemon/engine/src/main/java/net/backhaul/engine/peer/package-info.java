// SPDX-License-Identifier: Apache-2.0
/**
 * Knows peers and their paths: greeting, whois, relaying, hole punching and roots (VL1).
 *
 * <p>One {@link net.backhaul.engine.peer.Vl1} belongs to a node; it owns the peers, the roots and
 * the small machines that work on them. Each machine does one thing: {@code Receiver} looks at
 * datagrams and dispatches packets, {@code Sender} seals packets and finds a way for them, {@code
 * Hellos} greets, {@code PathLearning} decides which physical addresses become paths, {@code
 * Introductions} and {@code DirectPaths} get through NATs, {@code Keepalive} does what is due every
 * few seconds. They share the state in {@code Vl1} and nothing else; all of it is owned by one
 * thread.
 *
 * <p>A path becomes usable only after a request of ours was answered over it. Packets go over the
 * best direct path, else through the best root, else they wait; so a new pair of nodes talks
 * through a root at once and directly a round trip later.
 */
@NullMarked
package net.backhaul.engine.peer;

import org.jspecify.annotations.NullMarked;
