// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.function.LongFunction;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** A number that the controller assigns to a member, for rules to match (03 section 4.4). */
public record Tag(
    long networkId,
    long timestampMs,
    long id,
    long value,
    long issuedTo,
    long signer,
    Bytes signature)
    implements Credential {
  /** Reads the binary form. */
  public static Tag read(WireReader in) {
    var tag =
        new Tag(
            in.u64(),
            in.u64(),
            in.u32(),
            in.u32(),
            in.address(),
            in.address(),
            Wire.readSignature(in));
    Wire.skipAdditional(in);
    return tag;
  }

  @Override
  public void writeTo(WireWriter out) {
    Wire.writeSigned(out, this::writeFields, signature);
  }

  private void writeFields(WireWriter out) {
    out.u64(networkId).u64(timestampMs).u32(id).u32(value).address(issuedTo).address(signer);
  }

  /** Returns the signed bytes. */
  public byte[] signedBytes() {
    return Wire.signedBytes(this::writeFields);
  }

  /** Creates and signs a tag. */
  public static Tag issue(
      Identity controller, long networkId, long timestampMs, long id, long value, long member) {
    var unsigned =
        new Tag(networkId, timestampMs, id, value, member, controller.address(), Bytes.EMPTY);
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    return new Tag(networkId, timestampMs, id, value, member, controller.address(), signature);
  }

  @Override
  public int type() {
    return TYPE_TAG;
  }

  @Override
  public SignatureStatus verify(LongFunction<@Nullable Identity> identities) {
    return Wire.verifyByController(networkId, signer, signedBytes(), signature, identities);
  }
}
