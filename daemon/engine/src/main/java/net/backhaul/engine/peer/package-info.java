// SPDX-License-Identifier: Apache-2.0
/**
 * VL1: peers and their paths, HELLO, WHOIS, relaying, NAT traversal and roots (02).
 *
 * <p>One {@link net.backhaul.engine.peer.Vl1} belongs to a node and builds the parts; each has one
 * purpose and gets its collaborators by its constructor. Inwards, {@code DatagramReceiver} checks
 * datagrams, {@code PacketDispatcher} opens packets and calls the handler of their verb, and {@code
 * AcceptedPackets} updates the state of the sender. Outwards, {@code Sender} selects a path by
 * {@code PathSelector}, seals packets and sends them; {@code EndpointSender} and {@code
 * HelloSender} send to given endpoints. {@code PathLearning} and {@code PathProber} decide which
 * endpoints become and remain paths, {@code Introductions} and {@code DirectPaths} traverse NATs,
 * {@code RootContact} and {@code Keepalive} act on {@link net.backhaul.engine.Deadlines}. They
 * share {@code PeerContext}; all of it belongs to the node's thread.
 *
 * <p>An endpoint becomes a path only after a request of ours was answered over it. Packets take the
 * best direct path, else the one to the best root, else they are pending; so a new pair of nodes
 * communicates through a root at once and directly a round trip later.
 *
 * <p>The layer above is known only as {@link net.backhaul.engine.peer.PacketHandler}; it uses this
 * one through {@link net.backhaul.engine.peer.PeerLink}.
 */
@NullMarked
package net.backhaul.engine.peer;

import org.jspecify.annotations.NullMarked;
