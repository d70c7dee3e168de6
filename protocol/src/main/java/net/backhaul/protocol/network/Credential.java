// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.Arrays;
import java.util.function.LongFunction;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** What a controller says of a member, signed (03 section 4). */
public sealed interface Credential
    permits MembershipCertificate, Capability, Tag, OwnershipCertificate, Revocation {
  /** The numbers that stand for kinds of credentials in revocations. */
  int TYPE_MEMBERSHIP = 1;

  int TYPE_CAPABILITY = 2;
  int TYPE_TAG = 3;
  int TYPE_OWNERSHIP = 4;
  int TYPE_REVOCATION = 6;

  long networkId();

  long timestampMs();

  /** Returns the member whom this is about. */
  long issuedTo();

  /** Returns the id that tells credentials of one kind and member apart. */
  long id();

  /** Returns the number of this kind of credential. */
  int type();

  void writeTo(WireWriter out);

  /**
   * Checks who has signed.
   *
   * @param identities gives a known identity, or null and sees to it that it becomes known
   */
  SignatureStatus verify(LongFunction<@Nullable Identity> identities);

  /** The parts that all credentials share on the wire. */
  final class Wire {
    static final long MARK = 0x7f7f_7f7f_7f7f_7f7fL;
    static final int SIGNATURE_TYPE = 1;

    private Wire() {}

    static Bytes readSignature(WireReader in) {
      int type = in.u8();
      int length = in.u16();
      if (type != SIGNATURE_TYPE) {
        in.skip(length);
        return Bytes.EMPTY;
      }
      if (length != Signatures.BYTES) {
        throw new WireException("odd length of a signature");
      }
      return Bytes.of(in.bytes(length));
    }

    static void writeSignature(WireWriter out, Bytes signature) {
      out.u8(SIGNATURE_TYPE).u16(Signatures.BYTES);
      out.bytes(Arrays.copyOf(signature.toByteArray(), Signatures.BYTES));
    }

    static void skipAdditional(WireReader in) {
      in.skip(in.u16());
    }

    static SignatureStatus verifyByController(
        long networkId,
        long signer,
        byte[] signed,
        Bytes signature,
        LongFunction<@Nullable Identity> identities) {
      if (signer == 0 || signer != NetworkIds.controller(networkId)) {
        return SignatureStatus.INVALID;
      }
      Identity controller = identities.apply(signer);
      if (controller == null) {
        return SignatureStatus.SIGNER_UNKNOWN;
      }
      return controller.verify(signed, signature.toByteArray())
          ? SignatureStatus.VALID
          : SignatureStatus.INVALID;
    }
  }
}
