// SPDX-License-Identifier: Apache-2.0
/** Requests, responses and routes of the web API, without input and output. */
@NullMarked
package net.backhaul.web.http;

import org.jspecify.annotations.NullMarked;
