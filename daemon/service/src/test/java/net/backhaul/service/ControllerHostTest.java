// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of other threads to the controller that fail on its own. */
class ControllerHostTest {
  private static final long WITHIN_S = 60;

  @TempDir Path records;
  private Database database;
  private final NodeLoop loop = new NodeLoop();
  private ControllerHost host;

  @BeforeEach
  void start() throws IOException {
    String self = Vectors.file("service/identities.json").required("r").required("secret").asText();
    database = new Database(DatabaseFile.of(records.resolve(DatabaseFile.NAME)));
    host =
        new ControllerHost(
            loop,
            SqlRecordStore.open(
                database,
                new ControllerDirectory(
                    ControllerDirectory.Location.of(records.resolve("controller.d")))),
            Identity.parse(self),
            new Random(1));
  }

  @AfterEach
  void end() {
    host.close();
    database.close();
    loop.close();
  }

  @Test
  void failsRequestsWithErrors() {
    assertFails(
        host.query(
            controller -> {
              throw new NoClassDefFoundError("net/backhaul/Missing");
            }));
    assertFails(
        host.change(
            controller -> {
              throw new NoClassDefFoundError("net/backhaul/Missing");
            }));
  }

  private static void assertFails(CompletableFuture<?> answer) {
    var failure =
        assertThrows(ExecutionException.class, () -> answer.get(WITHIN_S, TimeUnit.SECONDS));
    assertEquals(
        "net/backhaul/Missing",
        assertInstanceOf(NoClassDefFoundError.class, failure.getCause()).getMessage());
  }
}
