// SPDX-License-Identifier: Apache-2.0
/**
 * The rules language (03 section 5.9): compiles source to the JSON of the controller's API, and
 * writes source for such JSON. Free of input and output; everything a source can grow has a limit.
 */
@NullMarked
package net.backhaul.rules;

import org.jspecify.annotations.NullMarked;
