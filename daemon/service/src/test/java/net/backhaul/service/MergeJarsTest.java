// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that makes one jar of the daemon's jars for the package. */
class MergeJarsTest {
  private static final String PROGRAM =
      Path.of("").toAbsolutePath().getParent().getParent() + "/scripts/package.d/MergeJars.java";

  private static final Map<String, String> DAEMON =
      Map.of("Daemon.class", "daemon", "META-INF/services/Provider", "one");

  private static final Map<String, String> LIBRARY =
      Map.of(
          "Library.class", "for every Java",
          "META-INF/versions/17/Library.class", "for 17",
          "META-INF/versions/25/Library.class", "for 25",
          "META-INF/versions/99/Library.class", "for 99",
          "META-INF/services/Provider", "two\n",
          "META-INF/LICENSE", "permitted",
          "META-INF/SIGNER.SF", "signed",
          "META-INF/maven/library/pom.properties", "version=1",
          "module-info.class", "module",
          "com/sun/jna/linux-x86-64/libjnidispatch.so", "native");

  @TempDir Path directory;

  private Path jar(String name, Map<String, String> entries) throws IOException {
    var manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.CLASS_PATH, "library.jar kept.jar absent.jar");
    main.put(Attributes.Name.MAIN_CLASS, "Daemon");
    main.put(Attributes.Name.MULTI_RELEASE, "true");
    Path path = directory.resolve(name);
    try (var out = new JarOutputStream(Files.newOutputStream(path), manifest)) {
      for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return path;
  }

  private static String run(Path... jars) throws Exception {
    var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", PROGRAM));
    for (Path jar : jars) {
      command.add(jar.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue() + "\n" + output;
  }

  private static Map<String, String> entries(JarFile jar) throws IOException {
    var found = new TreeMap<String, String>();
    for (ZipEntry entry : jar.stream().toList()) {
      found.put(
          entry.getName(),
          new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
    }
    found.remove(JarFile.MANIFEST_NAME);
    return found;
  }

  @Test
  void joinsWhatTheRuntimeWouldFind() throws Exception {
    Path daemon = jar("daemon.jar", DAEMON);
    Path library = jar("library.jar", LIBRARY);
    Path kept = jar("kept.jar", Map.of());

    assertEquals("0\n", run(daemon, library));

    assertFalse(Files.exists(library));
    assertTrue(Files.exists(kept));
    try (var merged = new JarFile(daemon.toFile())) {
      assertEquals(
          Map.of(
              "Daemon.class", "daemon",
              "Library.class", "for 25",
              "META-INF/services/Provider", "one\ntwo\n",
              "META-INF/licenses/library/LICENSE", "permitted",
              "META-INF/maven/library/pom.properties", "version=1"),
          entries(merged));
      Attributes main = merged.getManifest().getMainAttributes();
      assertEquals("Daemon", main.getValue(Attributes.Name.MAIN_CLASS));
      assertEquals("kept.jar", main.getValue(Attributes.Name.CLASS_PATH));
    }
  }

  @Test
  void makesEqualJarsOfEqualOnes() throws Exception {
    Path daemon = jar("daemon.jar", DAEMON);
    run(daemon, jar("library.jar", LIBRARY));
    byte[] first = Files.readAllBytes(daemon);

    run(jar("daemon.jar", DAEMON), jar("library.jar", LIBRARY));

    assertArrayEquals(first, Files.readAllBytes(daemon));
  }

  @Test
  void rejectsTwoClassesOfOneName() throws Exception {
    Path daemon = jar("daemon.jar", DAEMON);
    Path library = jar("library.jar", Map.of("Daemon.class", "another"));
    byte[] before = Files.readAllBytes(daemon);

    String output = run(daemon, library);

    assertNotEquals('0', output.charAt(0));
    assertTrue(output.contains("Daemon.class is in two jars, one of them library"), output);
    assertArrayEquals(before, Files.readAllBytes(daemon));
    assertTrue(Files.exists(library));
  }
}
