// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.function.Predicate;

/**
 * What to find in the audit log; empty texts match all.
 *
 * @param networkId 16 hexadecimal digits
 * @param address of a member, 10 hexadecimal digits
 * @param actor a part of the name
 * @param fromMs the earliest time
 * @param untilMs before which rows were appended
 * @param mayRead tests the id of a row's network, which may be empty
 * @param beforeId {@link Long#MAX_VALUE} for the latest rows
 * @param limit the maximum number of rows
 */
public record AuditQuery(
    String networkId,
    String address,
    String actor,
    long fromMs,
    long untilMs,
    Predicate<String> mayRead,
    long beforeId,
    int limit) {
  boolean matches(AuditEntry entry) {
    return (networkId.isEmpty() || networkId.equals(entry.networkId()))
        && (address.isEmpty() || address.equals(entry.address()))
        && entry.actor().contains(actor)
        && entry.atMs() >= fromMs
        && entry.atMs() < untilMs
        && mayRead.test(entry.networkId());
  }
}
