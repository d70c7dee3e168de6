// SPDX-License-Identifier: Apache-2.0
/** Binds UDP sockets to the host's addresses and carries datagrams between them and the node. */
@NullMarked
package net.backhaul.service.udp;

import org.jspecify.annotations.NullMarked;
