// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.backhaul.crypto.Hashes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of the identity that an earlier start found valid. Validation derives the keys and the
 * address again (01 section 2.4), which takes a fifth of a start.
 */
final class ValidatedIdentity {
  private static final Logger log = LoggerFactory.getLogger(ValidatedIdentity.class);
  private static final String FILE = "identity.validated";

  private ValidatedIdentity() {}

  /** Returns whether an earlier start found exactly this text of {@code identity.secret} valid. */
  static boolean isRecorded(HomeDirectory home, String secretText) {
    try {
      byte[] record = record(secretText);
      return home.exists(FILE)
          && Arrays.equals(BoundedFile.read(home.file(FILE), record.length), record);
    } catch (IOException e) {
      return false; // it is validated again
    }
  }

  /** Records that a text of {@code identity.secret} is valid. */
  static void save(HomeDirectory home, String secretText) {
    try {
      home.writeSecret(FILE, record(secretText));
    } catch (IOException e) {
      log.debug("cannot write {}: {}", home.file(FILE), FileProblem.describe(home.file(FILE), e));
    }
  }

  private static byte[] record(String secretText) {
    byte[] hash = Hashes.sha512(secretText.getBytes(StandardCharsets.ISO_8859_1));
    return HexFormat.of().formatHex(hash).getBytes(StandardCharsets.US_ASCII);
  }
}
