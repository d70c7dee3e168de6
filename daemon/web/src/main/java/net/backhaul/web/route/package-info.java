// SPDX-License-Identifier: Apache-2.0
/** Routes: what is requested, who may, and which handler answers. */
@NullMarked
package net.backhaul.web.route;

import org.jspecify.annotations.NullMarked;
