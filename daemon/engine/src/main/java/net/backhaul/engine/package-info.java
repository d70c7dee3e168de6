// SPDX-License-Identifier: Apache-2.0
/** The interface of the engine: its input, its output, and the status that can be queried. */
@NullMarked
package net.backhaul.engine;

import org.jspecify.annotations.NullMarked;
