// SPDX-License-Identifier: Apache-2.0
/** Who may do what: permissions, callers, and the authorizer of every request. */
@NullMarked
package net.backhaul.web.access;

import org.jspecify.annotations.NullMarked;
