// SPDX-License-Identifier: Apache-2.0
/** What all programs of this project have in common: their version. */
@NullMarked
package net.backhaul.protocol;

import org.jspecify.annotations.NullMarked;
