// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import net.backhaul.sql.SourceHistory;

/** Reads the sources of rules that networks have had. */
public interface SourceVersions {
  /** Returns the versions of a network, the latest first. */
  CompletableFuture<List<SourceHistory.SourceVersion>> list(String networkId);

  /** Returns the text of a version; empty if the network has none of this number. */
  CompletableFuture<Optional<String>> source(String networkId, long id);
}
