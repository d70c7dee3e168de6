// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.testing.NetworkNamespace;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Members of a root and controller that test classes share, since a daemon takes a second to start;
 * register it as an extension of a class. What a class changes on a host it also undoes; its
 * networks are left after it. Daemons that have ended are started again before the next test.
 */
final class SharedMembers implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private final int count;
  private @Nullable NamespaceMembers nodes;

  /** Provides at least a number of members. */
  SharedMembers(int count) {
    this.count = count;
  }

  /** The nodes of a run of tests, in a directory that is deleted at its end. */
  private record Run(Path directory, NamespaceMembers nodes) implements AutoCloseable {
    static Run start() {
      try {
        Path directory = Files.createTempDirectory("members");
        return new Run(directory, NamespaceMembers.create(directory));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws IOException {
      nodes.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    NetworkNamespace.assumePossible();
    Run run =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.GLOBAL)
            .getOrComputeIfAbsent(Run.class, type -> Run.start(), Run.class);
    nodes = run.nodes;
    nodes.start(count);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    nodes.start(count);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (nodes != null) {
      nodes.leaveNetworks();
    }
  }

  /** Returns the nodes of this run, with further members where another class needs these. */
  NamespaceMembers nodes() {
    return nodes;
  }

  /** Returns as many members as were requested. */
  List<NamespaceNode> members() {
    return nodes.members().subList(0, count);
  }
}
