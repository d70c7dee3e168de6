// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.OwnershipCertificate.OwnedAddress;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** Limits of certificates of ownership that no vector reaches (03 section 4.5). */
class OwnershipCertificateTest {
  private static final int COUNT_AT = 28;

  private static byte[] bytes(int addresses) {
    var certificate =
        new OwnershipCertificate(
            1,
            2,
            0,
            3,
            Collections.nCopies(addresses, OwnedAddress.ofMac(0x02_00_00_00_00_01L)),
            4,
            5,
            Bytes.of(Identity.generate(new Random(1)).sign(new byte[0])));
    var out = new WireWriter();
    certificate.writeTo(out);
    return out.toByteArray();
  }

  private static OwnershipCertificate read(byte[] bytes) {
    return OwnershipCertificate.read(new WireReader(bytes, 0, bytes.length));
  }

  @Test
  void rejectsMoreThanSixteenAddresses() {
    byte[] sixteen = bytes(OwnershipCertificate.MAX_ADDRESSES);
    byte[] seventeen = bytes(OwnershipCertificate.MAX_ADDRESSES + 1);

    assertEquals(16, sixteen[COUNT_AT + 1]);
    assertEquals(16, read(sixteen).addresses().size());
    assertThrows(WireException.class, () -> read(seventeen));
  }
}
