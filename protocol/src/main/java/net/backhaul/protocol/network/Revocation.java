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
    writeFields(out);
    Wire.writeSignature(out, signature);
    out.u16(0);
  }

  private void writeFields(WireWriter out) {
    out.u32(0).u32(id).u64(networkId).u32(0).u32(credentialId).u64(thresholdMs).u64(flags);
    out.address(target).address(signer).u8(credentialType);
  }

  /** Returns the signed bytes. */
  public byte[] signedBytes() {
    var out = new WireWriter().u64(Wire.MARK);
    writeFields(out);
    return out.u16(0).u64(Wire.MARK).toByteArray();
  }

  /** Creates and signs the revocation of a membership, which members forward. */
  public static Revocation ofMembership(
      Identity controller, long id, long networkId, long thresholdMs, long member) {
    long signer = controller.address();
    var unsigned =
        new Revocation(
            id,
            networkId,
            0,
            thresholdMs,
            FAST_PROPAGATION,
            member,
            signer,
            TYPE_MEMBERSHIP,
            Bytes.EMPTY);
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    return new Revocation(
        id,
        networkId,
        0,
        thresholdMs,
        FAST_PROPAGATION,
        member,
        signer,
        TYPE_MEMBERSHIP,
        signature);
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
