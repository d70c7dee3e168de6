// SPDX-License-Identifier: Apache-2.0
/** Connects networks with others of the host: bridges, and gateways with masquerade. */
@NullMarked
package net.backhaul.service.forwarding;

import org.jspecify.annotations.NullMarked;
