// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.backhaul.crypto.Hashes;

/**
 * A token by which nodes join a network: a config request carries it (03 section 1.5).
 *
 * @param revision number of changes by operators
 * @param hash of the token, which is shown once
 * @param name for operators
 * @param maxUses how many members it admits
 * @param uses how many it has admitted
 */
public record JoinToken(
    long id,
    long networkId,
    long revision,
    String hash,
    String name,
    long createdMs,
    long expiresMs,
    long maxUses,
    long uses,
    JoinGrant grant)
    implements ControllerRecord {
  /** By which programs that search for leaked secrets recognize a token. */
  public static final String PREFIX = "bhj_";

  /** The maximum length of a token in a request; longer ones are unknown. */
  public static final int MAX_TOKEN_BYTES = 128;

  /** The maximum number of tokens of a network. */
  public static final int MAX_PER_NETWORK = 1_000;

  public static final int MAX_NAME_BYTES = 128;

  private static final int HASH_BYTES = 32;

  /** Returns the hash by which a token is stored; tokens are random, so that it needs no salt. */
  public static String hash(String token) {
    byte[] digest = Hashes.sha512(token.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
  }

  /** Returns whether the token admits another member. */
  public boolean isUsable(long nowMs) {
    return uses < maxUses && nowMs < expiresMs;
  }

  /** Returns the token after one more use. */
  public JoinToken used() {
    return new JoinToken(
        id, networkId, revision, hash, name, createdMs, expiresMs, maxUses, uses + 1, grant);
  }

  @Override
  public Annotations annotations() {
    return grant.annotations();
  }
}
