// SPDX-License-Identifier: Apache-2.0
/** TCP relays, for hosts whose UDP is blocked: as client and as server (02 section 4.7). */
@NullMarked
package net.backhaul.service.relay;

import org.jspecify.annotations.NullMarked;
