// SPDX-License-Identifier: Apache-2.0
/** Routes of networks beside those of the host: conflicts, and the full tunnel. */
@NullMarked
package net.backhaul.service.routing;

import org.jspecify.annotations.NullMarked;
