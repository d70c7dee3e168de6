// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of all modules share: recorded vectors, an allocation meter, network namespaces
 * and hosts in them. It depends on none of our modules, so that the tests of each can use it.
 */
@NullMarked
package net.backhaul.testing;

import org.jspecify.annotations.NullMarked;
