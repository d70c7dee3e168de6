// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packages of this version that an administrator has put into a directory, under the names that
 * {@code scripts/package} gives them. Other files there are not looked at.
 */
public final class JoinPackages {
  private static final Logger log = LoggerFactory.getLogger(JoinPackages.class);
  private static final List<String> KINDS = List.of("deb", "rpm", "tar");
  private static final List<String> MACHINES = List.of("x86_64", "aarch64");
  private static final Map<String, String> DEBIAN = Map.of("x86_64", "amd64", "aarch64", "arm64");
  private static final int PART_BYTES = 1 << 16;

  private final Path directory;
  private final String version;
  private final Map<String, Hashed> hashed = new HashMap<>();

  /** A package as it was when its hash was computed. */
  private record Hashed(JoinPackage content, FileTime modified) {}

  /**
   * Makes the list.
   *
   * @param version of the packages
   */
  public JoinPackages(Path directory, String version) {
    this.directory = directory;
    this.version = version;
  }

  /** Returns whether none is there, without reading any. */
  public boolean isEmpty() {
    return MACHINES.stream()
        .flatMap(machine -> KINDS.stream().map(kind -> name(kind, machine)))
        .noneMatch(name -> Files.isRegularFile(directory.resolve(name)));
  }

  /** Returns the packages that are there; reads a file only after it has changed. */
  public synchronized List<JoinPackage> list() {
    var found = new ArrayList<JoinPackage>();
    for (String machine : MACHINES) {
      for (String kind : KINDS) {
        add(found, kind, machine);
      }
    }
    return found;
  }

  /** Returns the name that {@code scripts/package} gives a package. */
  private String name(String kind, String machine) {
    return switch (kind) {
      case "deb" -> "backhaul_" + version + "_" + DEBIAN.get(machine) + ".deb";
      case "rpm" -> "backhaul-" + version + "." + machine + ".rpm";
      default -> "backhaul-" + version + "-linux-" + machine + ".tar.gz";
    };
  }

  private void add(List<JoinPackage> found, String kind, String machine) {
    String name = name(kind, machine);
    Path file = directory.resolve(name);
    try {
      if (!Files.isRegularFile(file)) {
        hashed.remove(name);
        return;
      }
      long bytes = Files.size(file);
      FileTime modified = Files.getLastModifiedTime(file);
      Hashed known = hashed.get(name);
      if (known == null || known.content.bytes() != bytes || !known.modified.equals(modified)) {
        known = new Hashed(new JoinPackage(kind, machine, file, bytes, sha256(file)), modified);
        hashed.put(name, known);
      }
      found.add(known.content);
    } catch (IOException e) {
      hashed.remove(name);
      log.warn(
          "the package {} cannot be read, so that hosts do not get it: {}", file, e.toString());
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] part = new byte[PART_BYTES];
      for (int length = in.read(part); length >= 0; length = in.read(part)) {
        digest.update(part, 0, length);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /** Returns the package of an id; null if it is not there or was replaced. */
  public @Nullable JoinPackage find(long id) {
    return list().stream().filter(each -> each.id() == id).findFirst().orElse(null);
  }
}
