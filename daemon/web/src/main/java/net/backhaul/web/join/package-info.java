// SPDX-License-Identifier: Apache-2.0
/** The script by which a Linux host without Backhaul installs it and joins a network by a token. */
@NullMarked
package net.backhaul.web.join;

import org.jspecify.annotations.NullMarked;
