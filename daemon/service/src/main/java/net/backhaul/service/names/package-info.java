// SPDX-License-Identifier: Apache-2.0
/** Resolves the names of members of joined networks on this host. */
@NullMarked
package net.backhaul.service.names;

import org.jspecify.annotations.NullMarked;
