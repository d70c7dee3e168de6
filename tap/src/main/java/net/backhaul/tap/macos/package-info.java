// SPDX-License-Identifier: Apache-2.0
/** Devices of macOS: pairs of feth interfaces (04 section 6.2). */
@NullMarked
package net.backhaul.tap.macos;

import org.jspecify.annotations.NullMarked;
