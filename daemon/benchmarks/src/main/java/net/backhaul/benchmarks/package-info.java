// SPDX-License-Identifier: Apache-2.0
/** Measures what sealing, cutting and forwarding a packet costs, part by part; never shipped. */
@NullMarked
package net.backhaul.benchmarks;

import org.jspecify.annotations.NullMarked;
