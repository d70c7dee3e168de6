// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} prints where two hosts run with the same identity. */
class DoctorIdentityTest {
  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();

  @AfterEach
  void stop() {
    nodes.forEach(NamespaceNode::close);
  }

  @Test
  void namesCopyOfIdentityOnBothHosts() throws Exception {
    NetworkNamespace.assumePossible();
    nodes = NamespaceNode.create(directory, 4);
    NamespaceNode alice = nodes.get(1);
    NamespaceNode copy = nodes.get(2);
    NamespaceNode bob = nodes.get(3);
    String secret = "identity.secret";
    Files.copy(
        alice.home().resolve(secret),
        copy.home().resolve(secret),
        StandardCopyOption.REPLACE_EXISTING);
    NamespaceNode.start(nodes, 1);

    String found = "identity   a copy of identity.secret runs on another host, which answered ";
    DoctorOutput.assertToDo(alice, found);
    DoctorOutput.assertToDo(copy, found);
    DoctorOutput.assertHealthy(bob);
  }
}
