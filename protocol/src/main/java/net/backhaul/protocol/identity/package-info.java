// SPDX-License-Identifier: Apache-2.0
/** Identities, 40-bit node addresses and network ids: generation, wire format, text, validation. */
@NullMarked
package net.backhaul.protocol.identity;

import org.jspecify.annotations.NullMarked;
