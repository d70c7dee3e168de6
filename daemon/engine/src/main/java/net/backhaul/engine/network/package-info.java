// SPDX-License-Identifier: Apache-2.0
/**
 * VL2: membership in networks, their frames and multicast groups, on top of VL1.
 *
 * <p>A node has one {@link net.backhaul.engine.network.Networks}, which owns the state of each
 * joined network ({@code Network}) and the parts that work on it:
 *
 * <ul>
 *   <li>{@code ConfigExchange} requests configurations and applies them; {@code ControllerProxy}
 *       passes requests of members to a controller on this node.
 *   <li>{@code CredentialExchange} accepts credentials of members and sends ours; {@code
 *       MembershipCheck} decides which peers are members.
 *   <li>{@code FrameSender} and {@code FrameReceiver} handle frames to one member; {@code
 *       RuleEngine} filters all frames, by the evaluation of {@code net.backhaul.rules}.
 *   <li>{@code MulticastAnnouncer} announces our multicast groups, {@code MulticastGroups} records
 *       the members of groups, {@code MulticastSender} and {@code MulticastReceiver} handle frames
 *       to groups.
 * </ul>
 *
 * <p>The configuration in force is a {@code Policy}, compiled once, so that evaluating a frame
 * allocates nothing. A {@code Member} is recorded when it first delivers a credential, or sends or
 * is sent a frame. It is accepted while its certificate agrees with ours, regardless of who
 * delivered the certificate and when.
 *
 * <p>Where the reference waits for a check every five seconds, this node acts at once: a join is
 * followed by a config request, a new configuration or subscription by an announcement, and packets
 * pending for a credential or a configuration are retried when one is received.
 */
@NullMarked
package net.backhaul.engine.network;

import org.jspecify.annotations.NullMarked;
