// SPDX-License-Identifier: Apache-2.0
/**
 * Network configurations, rules and credentials: records, binary form and signatures (03 section
 * 4).
 */
@NullMarked
package net.backhaul.protocol.network;

import org.jspecify.annotations.NullMarked;
