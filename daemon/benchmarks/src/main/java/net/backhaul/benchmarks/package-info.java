// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks of sealing, segmenting and forwarding packets; never shipped. */
@NullMarked
package net.backhaul.benchmarks;

import org.jspecify.annotations.NullMarked;
