// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** When a member was last seen, in wall-clock time. */
public record SeenMember(long networkId, long address, long seenMs) {}
