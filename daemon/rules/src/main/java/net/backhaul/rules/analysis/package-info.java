// SPDX-License-Identifier: Apache-2.0
/**
 * What the rules of a network mean for its members: tests in a source, the way to a decision, who
 * may reach whom, and which flows a change cuts. All of it is decided by {@link
 * net.backhaul.rules.evaluation.RuleEvaluator}, which filters the frames of a node, on frames that
 * are made here.
 */
@NullMarked
package net.backhaul.rules.analysis;

import org.jspecify.annotations.NullMarked;
