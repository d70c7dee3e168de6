// SPDX-License-Identifier: Apache-2.0
/** The host's operating system: signals, fork, service manager, logging, clock, randomness. */
@NullMarked
package net.backhaul.service.system;

import org.jspecify.annotations.NullMarked;
