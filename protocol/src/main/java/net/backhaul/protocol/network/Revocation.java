// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.function.LongFunction;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * Revokes credentials of a member up to a timestamp (03 section 4.6).
 *
 * @param credentialId the id of the credential, 0 for all of the type
 * @param thresholdMs the newest timestamp that is revoked
 * @param target the member
 * @param credentialType the type number of the credential
 */
public record Revocation(
    long id,
    long networkId,
    long credentialId,
    long thresholdMs,
    long flags,
    long target,
    long signer,
    int credentialType,
    Bytes signature)
    implements Credential {
  /** Flag: members forward the revocation to other members. */
  public static final long FAST_PROPAGATION = 0x01;

  /** Maximum revocations in a message, which has to fit into a packet. */
  public static final int MAX_PER_MESSAGE = 64;

  /** Reads the binary form. */
  public static Revocation read(WireReader in) {
    in.skip(4);
    long id = in.u32();
    long networkId = in.u64();
    in.skip(4);
    var revocation =
        new Revocation(
            id,
            networkId,
            in.u32(),
            in.u64(),
            in.u64(),
            in.address(),
            in.address(),
            in.u8(),
            Wire.readSignature(in));
    Wire.skipAdditional(in);
    return revocation;
  }

  @Override
  public void writeTo(WireWriter out) {
    Wire.writeSigned(out, this::writeFields, signature);
  }

  private void writeFields(WireWriter out) {
    out.u32(0).u32(id).u64(networkId).u32(0).u32(credentialId).u64(thresholdMs).u64(flags);
    out.address(target).address(signer).u8(credentialType);
  }

  /** Returns the signed bytes. */
  public byte[] signedBytes() {
    return Wire.signedBytes(this::writeFields);
  }

  /** Creates and signs the revocation of a membership, which members forward. */
  public static Revocation ofMembership(
      Identity controller, long id, long networkId, long thresholdMs, long member) {
    return new Revocation(
            id,
            networkId,
            0,
            thresholdMs,
            FAST_PROPAGATION,
            member,
            controller.address(),
            TYPE_MEMBERSHIP,
            Bytes.EMPTY)
        .signed(controller);
  }

  /**
   * Creates and signs the revocation of a tag or capability, which members do not forward: the
   * reference revokes the membership by it (03 section 4.8).
   */
  public static Revocation of(
      Identity controller, long id, long networkId, long thresholdMs, RevokedCredential revoked) {
    return new Revocation(
            id,
            networkId,
            revoked.id(),
            thresholdMs,
            0,
            revoked.member(),
            controller.address(),
            revoked.type(),
            Bytes.EMPTY)
        .signed(controller);
  }

  private Revocation signed(Identity controller) {
    return new Revocation(
        id,
        networkId,
        credentialId,
        thresholdMs,
        flags,
        target,
        signer,
        credentialType,
        Bytes.of(controller.sign(signedBytes())));
  }

  /** Returns whether members forward the revocation. */
  public boolean propagatesFast() {
    return (flags & FAST_PROPAGATION) != 0;
  }

  @Override
  public long timestampMs() {
    return thresholdMs;
  }

  @Override
  public long issuedTo() {
    return target;
  }

  @Override
  public int type() {
    return TYPE_REVOCATION;
  }

  @Override
  public SignatureStatus verify(LongFunction<@Nullable Identity> identities) {
    return Wire.verifyByController(networkId, signer, signedBytes(), signature, identities);
  }
}
