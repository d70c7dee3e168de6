// SPDX-License-Identifier: Apache-2.0
/** The listener of the web API: Netty and TLS. */
@NullMarked
package net.backhaul.web.server;

import org.jspecify.annotations.NullMarked;
