// SPDX-License-Identifier: Apache-2.0
/** Opens and closes TAP devices for joined networks, and transfers frames through them. */
@NullMarked
package net.backhaul.service.interfaces;

import org.jspecify.annotations.NullMarked;
