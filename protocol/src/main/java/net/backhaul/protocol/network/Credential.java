// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** A statement of a controller about a member, signed (03 section 4). */
public sealed interface Credential
    permits MembershipCertificate, Capability, Tag, OwnershipCertificate, Revocation {
  /** The type number of certificates of membership in revocations. */
  int TYPE_MEMBERSHIP = 1;

  /** The type number of capabilities. */
  int TYPE_CAPABILITY = 2;

  /** The type number of tags. */
  int TYPE_TAG = 3;

  /** The type number of certificates of ownership. */
  int TYPE_OWNERSHIP = 4;

  /** The type number of revocations. */
  int TYPE_REVOCATION = 6;

  /** Returns the id of the network. */
  long networkId();

  /** Returns the controller's time of issue. */
  long timestampMs();

  /** Returns the address of the member that it was issued to. */
  long issuedTo();

  /** Returns the id that distinguishes credentials of one type and member. */
  long id();

  /** Returns the type number. */
  int type();

  /** Writes the binary form. */
  void writeTo(WireWriter out);

  /**
   * Verifies the signatures (03 section 4.1).
   *
   * @param identities returns a known identity; for an unknown one null, and requests it
   */
  SignatureStatus verify(LongFunction<@Nullable Identity> identities);

  /** The common parts of the binary forms of credentials. */
  final class Wire {
    private static final long MARK = 0x7f7f_7f7f_7f7f_7f7fL;
    private static final int SIGNATURE_TYPE = 1;

    private Wire() {}

    static Bytes readSignature(WireReader in) {
      int type = in.u8();
      int length = in.u16();
      if (type != SIGNATURE_TYPE) {
        in.skip(length);
        return Bytes.EMPTY;
      }
      if (length != Signatures.BYTES) {
        throw new WireException("invalid length of a signature");
      }
      return Bytes.of(in.bytes(length));
    }

    static void writeSignature(WireWriter out, Bytes signature) {
      out.u8(SIGNATURE_TYPE).u16(Signatures.BYTES);
      out.bytes(Arrays.copyOf(signature.toByteArray(), Signatures.BYTES));
    }

    /** Writes a credential with one signature. */
    static void writeSigned(WireWriter out, Consumer<WireWriter> fields, Bytes signature) {
      fields.accept(out);
      writeSignature(out, signature);
      out.u16(0);
    }

    /** Returns the bytes that are signed: the fields, between two markers. */
    static byte[] signedBytes(Consumer<WireWriter> fields) {
      var out = new WireWriter().u64(MARK);
      fields.accept(out);
      return out.u16(0).u64(MARK).toByteArray();
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
