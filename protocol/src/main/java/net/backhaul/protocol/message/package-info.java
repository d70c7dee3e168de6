// SPDX-License-Identifier: Apache-2.0
/** One record per verb with its codec, in one sealed family (02 section 2). */
@NullMarked
package net.backhaul.protocol.message;

import org.jspecify.annotations.NullMarked;
