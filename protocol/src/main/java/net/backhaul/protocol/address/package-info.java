// SPDX-License-Identifier: Apache-2.0
/** Reads, writes and classifies IP addresses, endpoints and prefixes. */
@NullMarked
package net.backhaul.protocol.address;

import org.jspecify.annotations.NullMarked;
