// SPDX-License-Identifier: Apache-2.0
/** Reads and writes the home directory: identity, tokens, worlds, networks, peers, settings. */
@NullMarked
package net.backhaul.service.state;

import org.jspecify.annotations.NullMarked;
