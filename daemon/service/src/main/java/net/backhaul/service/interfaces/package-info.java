// SPDX-License-Identifier: Apache-2.0
/** Opens and closes TAP devices as networks come and go, and pumps frames through them. */
@NullMarked
package net.backhaul.service.interfaces;

import org.jspecify.annotations.NullMarked;
