// SPDX-License-Identifier: Apache-2.0
/** Describes a network to its member: configuration, rules, certificates and revocations. */
@NullMarked
package net.backhaul.protocol.network;

import org.jspecify.annotations.NullMarked;
