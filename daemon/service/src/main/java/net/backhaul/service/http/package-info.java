// SPDX-License-Identifier: Apache-2.0
/** Serves HTTP on Netty: access control, routing, connections and their limits. */
@NullMarked
package net.backhaul.service.http;

import org.jspecify.annotations.NullMarked;
