// SPDX-License-Identifier: Apache-2.0
/** Has one record for each verb with its codec beside it, under one sealed family. */
@NullMarked
package net.backhaul.protocol.message;

import org.jspecify.annotations.NullMarked;
