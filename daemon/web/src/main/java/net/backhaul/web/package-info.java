// SPDX-License-Identifier: Apache-2.0
/**
 * The web API of the controller: a listener of its own, accounts, and versioned resources under
 * {@code /api/v1}. docs/web.md describes it for its users.
 *
 * <p>{@link net.backhaul.web.route.WebRouter} and all below it are sans-IO and belong to one
 * thread; {@code web.server} connects them to Netty, {@link net.backhaul.web.api.WebHost} to the
 * daemon.
 */
@NullMarked
package net.backhaul.web;

import org.jspecify.annotations.NullMarked;
