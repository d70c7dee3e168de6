// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** A certificate of membership, "COM" in the reference (03 section 4.2). */
public record MembershipCertificate(List<Qualifier> qualifiers, long signer, Bytes signature)
    implements Credential {
  /** The maximum number of qualifiers. */
  public static final int MAX_QUALIFIERS = 8;

  private static final int VERSION = 1;
  private static final int TIMESTAMP = 0;
  private static final int NETWORK_ID = 1;
  private static final int ISSUED_TO = 2;
  private static final int FIRST_IDENTITY_WORD = 3;
  private static final int IDENTITY_WORDS = 4;
  private static final long ANYTHING = -1;

  /** A value and its maximum difference from another member's; all are unsigned. */
  public record Qualifier(long id, long value, long maxDelta) {}

  public MembershipCertificate {
    qualifiers = List.copyOf(qualifiers);
  }

  /** Reads the binary form. */
  public static MembershipCertificate read(WireReader in) {
    if (in.u8() != VERSION) {
      throw new WireException("unknown version of certificate");
    }
    int count = in.u16();
    if (count > MAX_QUALIFIERS) {
      throw new WireException("too many qualifiers");
    }
    var qualifiers = new ArrayList<Qualifier>(count);
    long lastId = 0;
    for (int i = 0; i < count; i++) {
      var qualifier = new Qualifier(in.u64(), in.u64(), in.u64());
      if (Long.compareUnsigned(qualifier.id, lastId) < 0) {
        throw new WireException("qualifiers out of order");
      }
      lastId = qualifier.id;
      qualifiers.add(qualifier);
    }
    long signer = in.address();
    Bytes signature = signer == 0 ? Bytes.EMPTY : Bytes.of(in.bytes(Signatures.BYTES));
    return new MembershipCertificate(qualifiers, signer, signature);
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(VERSION).u16(qualifiers.size()).bytes(signedBytes()).address(signer);
    if (signer != 0) {
      signature.writeTo(out);
    }
  }

  /** Returns the signed bytes: the qualifiers only. */
  public byte[] signedBytes() {
    var out = new WireWriter();
    for (Qualifier qualifier : qualifiers) {
      out.u64(qualifier.id).u64(qualifier.value).u64(qualifier.maxDelta);
    }
    return out.toByteArray();
  }

  /** Creates and signs a certificate. */
  public static MembershipCertificate issue(
      Identity controller, long networkId, long timestampMs, long windowMs, Identity member) {
    var qualifiers = new ArrayList<Qualifier>();
    qualifiers.add(new Qualifier(TIMESTAMP, timestampMs, windowMs));
    qualifiers.add(new Qualifier(NETWORK_ID, networkId, 0));
    qualifiers.add(new Qualifier(ISSUED_TO, member.address(), ANYTHING));
    long[] words = identityWords(member);
    for (int i = 0; i < IDENTITY_WORDS; i++) {
      qualifiers.add(new Qualifier(FIRST_IDENTITY_WORD + i, words[i], ANYTHING));
    }
    var unsigned = new MembershipCertificate(qualifiers, controller.address(), Bytes.EMPTY);
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    return new MembershipCertificate(qualifiers, controller.address(), signature);
  }

  @Override
  public long timestampMs() {
    return first(TIMESTAMP);
  }

  @Override
  public long networkId() {
    return first(NETWORK_ID);
  }

  @Override
  public long issuedTo() {
    return first(ISSUED_TO);
  }

  @Override
  public long id() {
    return 0;
  }

  @Override
  public int type() {
    return TYPE_MEMBERSHIP;
  }

  @Override
  public SignatureStatus verify(LongFunction<@Nullable Identity> identities) {
    return Wire.verifyByController(networkId(), signer, signedBytes(), signature, identities);
  }

  /**
   * Returns whether the holder of this certificate accepts that of another member (03 section 4.2).
   *
   * @param them the identity of the other member
   */
  public boolean agreesWith(MembershipCertificate theirs, Identity them) {
    if (qualifiers.isEmpty() || theirs.qualifiers.isEmpty()) {
      return false;
    }
    boolean bound = false;
    for (Qualifier mine : qualifiers) {
      Qualifier other = theirs.last(mine.id);
      if (other == null || Long.compareUnsigned(distance(mine, other), mine.maxDelta) > 0) {
        return false;
      }
      bound |= mine.id >= FIRST_IDENTITY_WORD && mine.id < FIRST_IDENTITY_WORD + IDENTITY_WORDS;
    }
    return !bound || theirs.isBoundTo(them);
  }

  private boolean isBoundTo(Identity identity) {
    long[] words = identityWords(identity);
    for (int i = 0; i < IDENTITY_WORDS; i++) {
      Qualifier word = last(FIRST_IDENTITY_WORD + i);
      if (word == null || word.value != words[i]) {
        return false;
      }
    }
    return true;
  }

  private static long[] identityWords(Identity identity) {
    byte[] fingerprint = identity.fingerprint();
    var in = new WireReader(fingerprint, 0, fingerprint.length);
    return new long[] {in.u64(), in.u64(), in.u64(), in.u64()};
  }

  private static long distance(Qualifier one, Qualifier other) {
    return Long.compareUnsigned(one.value, other.value) > 0
        ? one.value - other.value
        : other.value - one.value;
  }

  private long first(long id) {
    for (Qualifier qualifier : qualifiers) {
      if (qualifier.id == id) {
        return qualifier.value;
      }
    }
    return 0;
  }

  private @Nullable Qualifier last(long id) {
    Qualifier found = null;
    for (Qualifier qualifier : qualifiers) {
      if (qualifier.id == id) {
        found = qualifier;
      }
    }
    return found;
  }
}
