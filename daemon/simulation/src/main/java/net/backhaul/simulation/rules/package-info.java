// SPDX-License-Identifier: Apache-2.0
/**
 * The evaluation of rules, rule by rule as the specification has it: what the compiled evaluation
 * is compared with, in tests and in benchmarks. It shares no code with that on purpose, or a
 * mistake would be in both.
 */
@NullMarked
package net.backhaul.simulation.rules;

import org.jspecify.annotations.NullMarked;
