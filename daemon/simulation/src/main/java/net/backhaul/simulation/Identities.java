// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import net.backhaul.crypto.KeyPair;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;

/**
 * Generated identities by number, since generating one takes up to a second: {@code identities.bin}
 * has the address and the private key of each.
 */
public final class Identities {
  /** How many there are. */
  public static final int COUNT = 1_100;

  private static final String FILE = "identities.bin";
  private static final int ADDRESS_BYTES = 5;
  private static final byte[][] RECORDS = read();
  private static final Identity[] MADE = new Identity[COUNT];
  private static final Set<Identity> VALID = new HashSet<>();

  private Identities() {}

  private static byte[][] read() {
    byte[][] records = new byte[COUNT][ADDRESS_BYTES + KeyPair.KEY_BYTES];
    try (InputStream file = Identities.class.getResourceAsStream(FILE);
        var in = new DataInputStream(file)) {
      for (byte[] each : records) {
        in.readFully(each);
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the identity with a number; the same in every run. */
  public static synchronized Identity byNumber(int number) {
    Identity made = MADE[number];
    if (made == null) {
      made = make(RECORDS[number]);
      MADE[number] = made;
      VALID.add(made);
    }
    return made;
  }

  private static Identity make(byte[] record) {
    byte[] privateKey = new byte[KeyPair.KEY_BYTES];
    System.arraycopy(record, ADDRESS_BYTES, privateKey, 0, privateKey.length);
    long address = 0;
    for (int i = 0; i < ADDRESS_BYTES; i++) {
      address = address << 8 | (record[i] & 0xff);
    }
    HexFormat hex = HexFormat.of();
    String publicKey = hex.formatHex(KeyPair.ofPrivate(privateKey).publicKey());
    return Identity.parse(
        Addresses.text(address) + ":0:" + publicKey + ":" + hex.formatHex(privateKey));
  }

  /** Returns whether an identity is valid, at once for those of {@link #byNumber}. */
  static synchronized boolean validates(Identity identity) {
    return VALID.contains(identity) || identity.validates();
  }
}
