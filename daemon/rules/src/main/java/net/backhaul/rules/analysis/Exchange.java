// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

/**
 * A frame between two members.
 *
 * @param flow with all fields that matter
 */
public record Exchange(MemberCredentials from, MemberCredentials to, TestFlow flow) {}
