// SPDX-License-Identifier: Apache-2.0
/** The whole outside of the engine: what goes in, what comes out, what can be asked. */
@NullMarked
package net.backhaul.engine;

import org.jspecify.annotations.NullMarked;
