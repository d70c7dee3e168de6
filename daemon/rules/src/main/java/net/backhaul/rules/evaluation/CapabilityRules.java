// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

/**
 * A capability: rules that apply to the members that hold it.
 *
 * @param id as in its credential
 */
public record CapabilityRules(long id, RuleTable table) {}
