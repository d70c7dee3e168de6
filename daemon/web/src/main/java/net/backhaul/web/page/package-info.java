// SPDX-License-Identifier: Apache-2.0
/** The page in the browser: its files on the class path, as responses. */
@NullMarked
package net.backhaul.web.page;

import org.jspecify.annotations.NullMarked;
