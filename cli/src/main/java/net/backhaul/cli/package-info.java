// SPDX-License-Identifier: Apache-2.0
/**
 * The two command lines that are no daemon: the client of its HTTP API and the identity tool (04
 * section 1).
 *
 * <p>How fast they start is a feature. The client knows no libraries but a JSON parser and picocli,
 * whose classes the ahead-of-time cache holds; it starts no thread, and does without lambdas and
 * {@code String.format} on the way of the usual commands, since each of them costs milliseconds
 * when it is first met.
 */
@NullMarked
package net.backhaul.cli;

import org.jspecify.annotations.NullMarked;
