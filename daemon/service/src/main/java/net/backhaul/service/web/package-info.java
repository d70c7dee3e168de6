// SPDX-License-Identifier: Apache-2.0
/** Starts and stops the web API of the controller, and gives it what it uses of the daemon. */
@NullMarked
package net.backhaul.service.web;

import org.jspecify.annotations.NullMarked;
