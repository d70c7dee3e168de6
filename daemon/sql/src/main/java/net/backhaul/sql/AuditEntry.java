// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log.
 *
 * @param atMs wall-clock time
 * @param actor the account or token that made the change
 * @param origin where the request came from; may be empty
 * @param action what was done, one word such as {@code change}
 * @param networkId 16 hexadecimal digits; empty where the change is of no network
 * @param address 10 hexadecimal digits; empty where the change is of no member
 * @param before the object before the change, as JSON; null where it did not exist
 * @param after the object after the change; null where it no longer exists
 */
public record AuditEntry(
    long atMs,
    String actor,
    String origin,
    String action,
    String networkId,
    String address,
    @Nullable String before,
    @Nullable String after) {}
