// SPDX-License-Identifier: Apache-2.0
/** Makes, reads, checks and prints identities and their 40-bit addresses. */
@NullMarked
package net.backhaul.protocol.identity;

import org.jspecify.annotations.NullMarked;
