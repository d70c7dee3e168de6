// SPDX-License-Identifier: Apache-2.0
/**
 * Sees header and fragment fields in raw bytes, seals and opens packets, compresses payloads; has
 * the cursors and the one exception that strangers can cause.
 */
@NullMarked
package net.backhaul.protocol.packet;

import org.jspecify.annotations.NullMarked;
