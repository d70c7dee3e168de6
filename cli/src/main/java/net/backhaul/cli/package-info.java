// SPDX-License-Identifier: Apache-2.0
/**
 * The command lines of the client of the daemon's HTTP API and of the identity tool (04 section 1).
 *
 * <p>Short start-up is a feature. The client uses no libraries but a JSON parser and picocli, whose
 * classes are in the ahead-of-time cache; it starts no thread, and usual commands run without
 * lambdas and {@code String.format}, each of which costs milliseconds at its first use.
 */
@NullMarked
package net.backhaul.cli;

import org.jspecify.annotations.NullMarked;
