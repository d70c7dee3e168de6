// SPDX-License-Identifier: Apache-2.0
/** Has the router of this host map the third UDP port: sockets, and the search for the router. */
@NullMarked
package net.backhaul.service.portmapping;

import org.jspecify.annotations.NullMarked;
