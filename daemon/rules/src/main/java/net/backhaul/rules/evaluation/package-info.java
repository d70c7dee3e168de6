// SPDX-License-Identifier: Apache-2.0
/**
 * The evaluation of rules (03 sections 5.3 to 5.6): which frames a member of a network may send and
 * receive. Free of input and output, and of the state of a node: the engine filters with it, and
 * tests of rules decide on synthetic frames with it.
 *
 * <p>{@link net.backhaul.rules.evaluation.NetworkRules} are the rules of a network, compiled once.
 * A {@link net.backhaul.rules.evaluation.Party} is a member: its address, tags, capabilities and
 * owned addresses. {@link net.backhaul.rules.evaluation.Parties} are rules as one member evaluates
 * them on frames to or from another. A {@link net.backhaul.rules.evaluation.FrameHeader} is a frame
 * with its direction. {@link net.backhaul.rules.evaluation.RuleEvaluator} gets these and returns a
 * {@link net.backhaul.rules.evaluation.RuleDecision}: the verdict, the rule that decided, the
 * copies.
 *
 * <pre>{@code
 * var rules = NetworkRules.of(List.of(Rule.action(Rule.ACTION_ACCEPT)));
 * var alice = new Party(0xa11ce, Map.of(1L, 7L), List.of(), List.of());
 * var bob = new Party(0xb0b, Map.of(), List.of(), List.of());
 * var frame = new FrameHeader();
 * frame.ethernet(macOfBob, macOfAlice, EtherTypes.IPV4);
 * frame.wrap(packet, 0, packet.length);
 * var evaluator = new RuleEvaluator(random);
 * frame.outbound(alice.address(), bob.address());
 * RuleVerdict sent = evaluator.evaluate(frame, new Parties(rules, alice, bob)).verdict();
 * frame.inbound(alice.address(), bob.address());
 * RuleVerdict received = evaluator.evaluate(frame, new Parties(rules, bob, alice)).verdict();
 * }</pre>
 *
 * <p>A frame passes if both ends accept it.
 */
@NullMarked
package net.backhaul.rules.evaluation;

import org.jspecify.annotations.NullMarked;
