// SPDX-License-Identifier: Apache-2.0
/** Serves HTTP on Netty: who may ask, which resource answers, and how a connection behaves. */
@NullMarked
package net.backhaul.service.http;

import org.jspecify.annotations.NullMarked;
