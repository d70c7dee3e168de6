// SPDX-License-Identifier: Apache-2.0
/** The daemon: its wiring, its node loop and its entry point. */
@NullMarked
package net.backhaul.service;

import org.jspecify.annotations.NullMarked;
