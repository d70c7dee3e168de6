// SPDX-License-Identifier: Apache-2.0
/** Reads, writes and makes planet and moon definitions. */
@NullMarked
package net.backhaul.protocol.world;

import org.jspecify.annotations.NullMarked;
