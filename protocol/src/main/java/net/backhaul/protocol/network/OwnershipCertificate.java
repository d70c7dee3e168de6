// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** A certificate of ownership of addresses, "COO" in the reference (03 section 4.5). */
public record OwnershipCertificate(
    long networkId,
    long timestampMs,
    long flags,
    long id,
    List<OwnedAddress> addresses,
    long issuedTo,
    long signer,
    Bytes signature)
    implements Credential {
  /** The maximum number of addresses. */
  public static final int MAX_ADDRESSES = 16;

  private static final int VALUE_BYTES = 16;
  private static final int MAC = 1;
  private static final int IPV4 = 2;
  private static final int IPV6 = 3;

  /** A MAC or IP address: a type and 16 bytes, padded with zeros. */
  public record OwnedAddress(int type, Bytes value) {
    /** Returns an IP address. */
    public static OwnedAddress of(InetAddress address) {
      byte[] ip = address.getAddress();
      return new OwnedAddress(
          ip.length == 4 ? IPV4 : IPV6, Bytes.of(Arrays.copyOf(ip, VALUE_BYTES)));
    }

    /** Returns a MAC. */
    public static OwnedAddress ofMac(long mac) {
      return new OwnedAddress(MAC, Bytes.of(Arrays.copyOf(Macs.bytes(mac), VALUE_BYTES)));
    }

    private boolean covers(OwnedAddress other) {
      int length =
          switch (type) {
            case MAC -> 6;
            case IPV4 -> 4;
            default -> VALUE_BYTES;
          };
      return type == other.type
          && Arrays.equals(value.toByteArray(), 0, length, other.value.toByteArray(), 0, length);
    }
  }

  public OwnershipCertificate {
    addresses = List.copyOf(addresses);
  }

  /** Reads the binary form. */
  public static OwnershipCertificate read(WireReader in) {
    long networkId = in.u64();
    long timestampMs = in.u64();
    long flags = in.u64();
    long id = in.u32();
    int count = in.u16();
    if (count > MAX_ADDRESSES) {
      throw new WireException("too many addresses in a certificate of ownership");
    }
    var addresses = new ArrayList<OwnedAddress>(count);
    for (int i = 0; i < count; i++) {
      addresses.add(new OwnedAddress(in.u8(), Bytes.of(in.bytes(VALUE_BYTES))));
    }
    var certificate =
        new OwnershipCertificate(
            networkId,
            timestampMs,
            flags,
            id,
            addresses,
            in.address(),
            in.address(),
            Wire.readSignature(in));
    Wire.skipAdditional(in);
    return certificate;
  }

  @Override
  public void writeTo(WireWriter out) {
    Wire.writeSigned(out, this::writeFields, signature);
  }

  private void writeFields(WireWriter out) {
    out.u64(networkId).u64(timestampMs).u64(flags).u32(id).u16(addresses.size());
    for (OwnedAddress address : addresses) {
      out.u8(address.type);
      address.value.writeTo(out);
    }
    out.address(issuedTo).address(signer);
  }

  /** Returns the signed bytes. */
  public byte[] signedBytes() {
    return Wire.signedBytes(this::writeFields);
  }

  /** Creates and signs a certificate. */
  public static OwnershipCertificate issue(
      Identity controller,
      long networkId,
      long timestampMs,
      long id,
      List<OwnedAddress> addresses,
      long member) {
    long signer = controller.address();
    var unsigned =
        new OwnershipCertificate(
            networkId, timestampMs, 0, id, addresses, member, signer, Bytes.EMPTY);
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    return new OwnershipCertificate(
        networkId, timestampMs, 0, id, addresses, member, signer, signature);
  }

  /** Returns whether the certificate contains an address. */
  public boolean owns(OwnedAddress address) {
    for (OwnedAddress mine : addresses) {
      if (mine.covers(address)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int type() {
    return TYPE_OWNERSHIP;
  }

  @Override
  public SignatureStatus verify(LongFunction<@Nullable Identity> identities) {
    return Wire.verifyByController(networkId, signer, signedBytes(), signature, identities);
  }
}
