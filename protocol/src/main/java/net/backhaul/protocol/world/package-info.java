// SPDX-License-Identifier: Apache-2.0
/** Planets and moons: binary form, signatures and updates. */
@NullMarked
package net.backhaul.protocol.world;

import org.jspecify.annotations.NullMarked;
