// SPDX-License-Identifier: Apache-2.0
/**
 * Is a member of networks: what VL2 asks of VL1 and VL1 of VL2.
 *
 * <p>One {@link net.backhaul.engine.network.Networks} belongs to a node. It owns what is kept of
 * each joined network ({@code Network}) and the small machines that work on it; each does one
 * thing. {@code ConfigExchange} asks controllers and puts their configurations in force, {@code
 * ControllerProxy} answers where a controller runs beside us. {@code CredentialExchange} takes the
 * certificates of others and shows ours, {@code MembershipCheck} lets in whoever has shown enough.
 * {@code FrameSender} and {@code FrameReceiver} carry frames, {@code RuleEngine} decides which.
 * {@code MulticastAnnouncer} says which multicast groups we want, {@code MulticastGroups} knows who
 * wants which, {@code MulticastSender} sends to them and {@code MulticastReceiver} handles what
 * they say.
 *
 * <p>A configuration in force is a {@code Policy}: taken apart once, so that looking at a frame
 * allocates nothing. A member is met when it first shows a credential, sends or is sent a frame; it
 * is let in as long as its certificate agrees with ours, whoever delivered it and however long ago.
 *
 * <p>Where the reference waits for a check every five seconds we act at once: a join is followed by
 * a request, a configuration or a subscription by an announcement, and what was parked for want of
 * a certificate or a configuration is looked at again when one comes.
 */
@NullMarked
package net.backhaul.engine.network;

import org.jspecify.annotations.NullMarked;
