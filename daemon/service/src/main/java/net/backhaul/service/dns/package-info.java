// SPDX-License-Identifier: Apache-2.0
/** Sets the name servers and domains of networks at the resolver of the host. */
@NullMarked
package net.backhaul.service.dns;

import org.jspecify.annotations.NullMarked;
