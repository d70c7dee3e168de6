// SPDX-License-Identifier: Apache-2.0
/** The resources of the web API. */
@NullMarked
package net.backhaul.web.api;

import org.jspecify.annotations.NullMarked;
