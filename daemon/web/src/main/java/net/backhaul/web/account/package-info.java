// SPDX-License-Identifier: Apache-2.0
/** Accounts, sessions, API tokens and how they are persisted. */
@NullMarked
package net.backhaul.web.account;

import org.jspecify.annotations.NullMarked;
