// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of an identity's address beside the start of the daemon (01 section 2.4). */
class IdentityCheckTest {
  private static Identity valid = Identity.generate(new Random(1));
  private static Identity invalid = valid;

  @TempDir Path directory;

  @BeforeAll
  static void changeAddress() {
    char first = valid.secretText().charAt(0) == '1' ? '2' : '1';
    invalid = Identity.parse(first + valid.secretText().substring(1));
  }

  @Test
  void acceptsIdentityWithTheAddressOfItsKeys() throws Exception {
    try (HomeDirectory home = home(valid.secretText())) {
      assertTrue(IdentityCheck.begin(home).of(valid).join());
    }
  }

  @Test
  void rejectsIdentityWithAnotherAddress() throws Exception {
    try (HomeDirectory home = home(invalid.secretText())) {
      assertFalse(IdentityCheck.begin(home).of(invalid).join());
    }
  }

  @Test
  void acceptsWhatAnEarlierStartFoundValid() throws Exception {
    try (HomeDirectory home = home(invalid.secretText())) {
      // A record of this text, false on purpose: only without a second validation it is accepted.
      ValidatedIdentity.save(home, invalid.secretText());

      assertTrue(IdentityCheck.begin(home).of(invalid).join());
    }
  }

  /** Where the check began there was no identity yet, or another one. */
  @Test
  void validatesIdentityThatWasNotOnDisk() throws Exception {
    for (String text : new String[] {"", "nonsense", invalid.secretText()}) {
      try (HomeDirectory home = home(text)) {
        assertTrue(IdentityCheck.begin(home).of(valid).join(), text);
      }
    }
    try (HomeDirectory home = home(valid.secretText())) {
      assertFalse(IdentityCheck.begin(home).of(invalid).join());
    }
  }

  private HomeDirectory home(String secretText) throws Exception {
    Files.writeString(directory.resolve("identity.secret"), secretText);
    return HomeDirectory.open(directory);
  }
}
