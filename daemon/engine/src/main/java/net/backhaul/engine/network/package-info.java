// SPDX-License-Identifier: Apache-2.0
/** Is a member of networks: what VL2 asks of VL1 and VL1 of VL2. */
@NullMarked
package net.backhaul.engine.network;

import org.jspecify.annotations.NullMarked;
