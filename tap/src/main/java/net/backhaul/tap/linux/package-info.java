// SPDX-License-Identifier: Apache-2.0
/** TAP devices of Linux: /dev/net/tun, ioctls and rtnetlink by JNA direct mapping. */
@NullMarked
package net.backhaul.tap.linux;

import org.jspecify.annotations.NullMarked;
