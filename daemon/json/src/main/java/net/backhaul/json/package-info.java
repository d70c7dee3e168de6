// SPDX-License-Identifier: Apache-2.0
/**
 * The one JSON reader and writer (04 section 0), for the controller's files, the HTTP API and the
 * command line.
 *
 * <p>The command line loads it at every start, so it uses no lambdas, no {@code String.format} and
 * no switches over patterns: the JVM links each of those at its first use, which takes
 * milliseconds.
 */
@NullMarked
package net.backhaul.json;

import org.jspecify.annotations.NullMarked;
