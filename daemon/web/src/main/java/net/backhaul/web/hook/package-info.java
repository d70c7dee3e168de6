// SPDX-License-Identifier: Apache-2.0
/** The webhook: what it reports, where it may go, and how it is sent. */
@NullMarked
package net.backhaul.web.hook;

import org.jspecify.annotations.NullMarked;
