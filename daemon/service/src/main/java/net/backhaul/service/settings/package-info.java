// SPDX-License-Identifier: Apache-2.0
/** Reads {@code local.conf}, validates its values, and applies changes while the daemon runs. */
@NullMarked
package net.backhaul.service.settings;

import org.jspecify.annotations.NullMarked;
