// SPDX-License-Identifier: Apache-2.0
/**
 * Views of packet and fragment headers, packet encryption, compression and reassembly; cursors over
 * bytes, and the exception for invalid input.
 */
@NullMarked
package net.backhaul.protocol.packet;

import org.jspecify.annotations.NullMarked;
