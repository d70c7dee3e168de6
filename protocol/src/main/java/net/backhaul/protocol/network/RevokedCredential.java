// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

/**
 * A tag or capability that a member no longer has.
 *
 * @param type {@link Credential#TYPE_TAG} or {@link Credential#TYPE_CAPABILITY}
 * @param id 32 bits
 */
public record RevokedCredential(long member, int type, long id) {}
