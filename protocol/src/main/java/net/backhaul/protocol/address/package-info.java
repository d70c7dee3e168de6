// SPDX-License-Identifier: Apache-2.0
/** IP addresses, endpoints and prefixes: wire format, text and classification. */
@NullMarked
package net.backhaul.protocol.address;

import org.jspecify.annotations.NullMarked;
