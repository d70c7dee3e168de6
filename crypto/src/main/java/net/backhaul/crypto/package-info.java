// SPDX-License-Identifier: Apache-2.0
/** The protocol's cryptography on byte arrays; constant time where secrets are involved. */
@NullMarked
package net.backhaul.crypto;

import org.jspecify.annotations.NullMarked;
