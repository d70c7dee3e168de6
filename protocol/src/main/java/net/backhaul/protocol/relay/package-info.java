// SPDX-License-Identifier: Apache-2.0
/** The framing of the TCP relay, over which packets go where UDP is blocked (02 section 4.7). */
@NullMarked
package net.backhaul.protocol.relay;

import org.jspecify.annotations.NullMarked;
