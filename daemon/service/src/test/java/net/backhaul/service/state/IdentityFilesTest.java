// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.system.StartFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replacement of an identity whose address another node has (04 section 8.4). */
class IdentityFilesTest {
  @TempDir Path directory;

  @Test
  void readsIdentityAndTokensAfterByteOrderMark() throws Exception {
    try (var home = HomeDirectory.open(directory)) {
      Identity identity = IdentityFiles.load(home, new Random(1));
      for (String[] file :
          new String[][] {
            {"identity.secret", identity.secretText() + "\r\n"},
            {"authtoken.secret", "first\r\n"},
            {"metricstoken.secret", "second\r\n"}
          }) {
        Files.writeString(directory.resolve(file[0]), "\ufeff" + file[1]);
      }

      assertEquals(identity.secretText(), IdentityFiles.load(home, new Random(2)).secretText());
      assertEquals(new Tokens("first", "second"), Tokens.load(home, new Random(3)));
    }
  }

  @Test
  void validatesAnIdentityUnlessAnEarlierStartDid() throws Exception {
    try (var home = HomeDirectory.open(directory)) {
      Identity identity = IdentityFiles.load(home, new Random(1));
      Identity other = Identity.generate(new Random(2));
      String wrongAddress = identity.secretText().replaceFirst("^.", "0");
      String wrongKey =
          identity.publicText() + other.secretText().substring(other.publicText().length());

      IdentityFiles.saveValidated(home);
      assertTrue(ValidatedIdentity.isRecorded(home, identity.secretText()));
      assertEquals(identity, IdentityFiles.validOnDisk(home));

      Files.writeString(directory.resolve("identity.secret"), wrongAddress);
      assertFalse(ValidatedIdentity.isRecorded(home, wrongAddress));
      assertNull(IdentityFiles.validOnDisk(home));
      Files.writeString(directory.resolve("identity.secret"), wrongKey);
      assertThrows(StartFailure.class, () -> IdentityFiles.load(home, new Random(3)));
    }
  }

  @Test
  void savesTheSecretAfterCollisionAndMakesAnotherIdentity() throws Exception {
    try (var home = HomeDirectory.open(directory)) {
      Identity collided = IdentityFiles.load(home, new Random(1));

      IdentityFiles.saveAfterCollision(home);

      Path saved = directory.resolve("identity.secret.saved_after_collision");
      assertEquals(collided.secretText(), Files.readString(saved));
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(saved)));
      assertFalse(Files.exists(directory.resolve("identity.secret")));
      assertFalse(Files.exists(directory.resolve("identity.public")));
      assertNotEquals(collided.address(), IdentityFiles.load(home, new Random(2)).address());
    }
  }
}
