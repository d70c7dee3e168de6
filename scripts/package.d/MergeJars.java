// SPDX-License-Identifier: Apache-2.0

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Merges jars into the first one of them and deletes the others: each jar is an open file at run
 * time. The manifest is that of the first, and its class path loses what was merged.
 *
 * <p>Of a multi-release jar it takes what this version of Java would. Licences go to
 * META-INF/licenses/NAME OF THE JAR; lists of service providers are joined. Native libraries of JNA
 * are left out, since the package has the one of its platform as a file.
 *
 * <p>usage: java MergeJars.java JAR JAR...
 */
final class MergeJars {
  /** 1980-02-01T00:00 in the local time of zip files, so that equal builds give equal jars. */
  private static final long FIXED_TIME_MS = 318_211_200_000L;

  private static final String SERVICES = "META-INF/services/";
  private static final String NETTY_VERSIONS = "META-INF/io.netty.versions.properties";

  private final Map<String, byte[]> merged = new TreeMap<>();

  private MergeJars() {}

  /** Merges the jars that are named. */
  public static void main(String[] names) throws IOException {
    List<Path> jars = Arrays.stream(names).map(Path::of).toList();
    var merging = new MergeJars();
    for (Path jar : jars) {
      merging.add(jar);
    }
    Path first = jars.getFirst();
    Path made = Path.of(first + ".new");
    try (OutputStream out = Files.newOutputStream(made)) {
      merging.write(manifest(first, jars), out);
    }
    for (Path jar : jars) {
      Files.delete(jar);
    }
    Files.move(made, first);
  }

  private static Manifest manifest(Path first, List<Path> jars) throws IOException {
    try (var jar = new JarFile(first.toFile())) {
      Manifest manifest = jar.getManifest();
      Attributes main = manifest.getMainAttributes();
      Set<String> merged = new HashSet<>();
      jars.forEach(path -> merged.add(path.getFileName().toString()));
      String left =
          Arrays.stream(main.getValue(Attributes.Name.CLASS_PATH).split(" "))
              .filter(name -> !merged.contains(name))
              .filter(name -> Files.exists(first.resolveSibling(name)))
              .reduce((one, other) -> one + " " + other)
              .orElse("");
      main.put(Attributes.Name.CLASS_PATH, left);
      return manifest;
    }
  }

  private void add(Path path) throws IOException {
    String name = path.getFileName().toString().replaceFirst("\\.jar$", "");
    try (var jar = new JarFile(path.toFile(), true, JarFile.OPEN_READ, Runtime.version())) {
      for (var entry :
          jar.versionedStream().sorted((a, b) -> a.getName().compareTo(b.getName())).toList()) {
        if (!entry.isDirectory()) {
          try (var in = jar.getInputStream(entry)) {
            add(name, entry.getName(), in.readAllBytes());
          }
        }
      }
    }
  }

  private void add(String jar, String entry, byte[] content) {
    if (entry.startsWith(SERVICES) || entry.equals(NETTY_VERSIONS)) {
      merged.merge(entry, content, MergeJars::joined);
      return;
    }
    boolean isLeftOut =
        entry.equals("META-INF/MANIFEST.MF")
            || entry.equals("META-INF/INDEX.LIST")
            || entry.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)")
            || entry.endsWith("module-info.class")
            || entry.startsWith("META-INF/native-image/")
            || entry.startsWith("META-INF/native/")
            || entry.matches("com/sun/jna/[^/]+/[^/]*jnidispatch.*");
    if (isLeftOut) {
      return;
    }
    String target =
        entry.matches("META-INF/[^/]+") ? "META-INF/licenses/" + jar + entry.substring(8) : entry;
    byte[] other = merged.putIfAbsent(target, content);
    if (other != null && !Arrays.equals(other, content)) {
      throw new IllegalStateException(target + " is in two jars, one of them " + jar);
    }
  }

  private static byte[] joined(byte[] one, byte[] other) {
    String text =
        new String(one, StandardCharsets.UTF_8).stripTrailing()
            + "\n"
            + new String(other, StandardCharsets.UTF_8).stripTrailing()
            + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void write(Manifest manifest, OutputStream out) throws IOException {
    var text = new ByteArrayOutputStream();
    manifest.write(text);
    try (var zip = new ZipOutputStream(out)) {
      put(zip, "META-INF/MANIFEST.MF", text.toByteArray());
      for (Map.Entry<String, byte[]> entry : merged.entrySet()) {
        put(zip, entry.getKey(), entry.getValue());
      }
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var entry = new ZipEntry(name);
    entry.setTime(FIXED_TIME_MS);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
