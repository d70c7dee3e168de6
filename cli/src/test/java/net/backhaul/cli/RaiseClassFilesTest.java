// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The build raises the class files of picocli for the ahead-of-time cache, and nothing else. */
class RaiseClassFilesTest {
  @TempDir Path directory;

  @Test
  void raisesOldClassesAndKeepsTheirCode() throws Exception {
    Path old =
        Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path jar = Files.copy(old, directory.resolve("picocli.jar"));

    raise(jar);

    int raised = 0;
    try (var before = new JarFile(old.toFile());
        var after = new JarFile(jar.toFile());
        var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      for (JarEntry entry : before.stream().toList()) {
        byte[] was = before.getInputStream(entry).readAllBytes();
        byte[] is = after.getInputStream(after.getEntry(entry.getName())).readAllBytes();
        if (entry.getName().startsWith("picocli/") && entry.getName().endsWith(".class")) {
          assertSame(ClassFile.of().parse(was), ClassFile.of().parse(is));
          String name = entry.getName().replace(".class", "").replace('/', '.');
          // Initialized, so the verifier has accepted it.
          assertEquals(name, Class.forName(name, true, loader).getName());
          raised++;
        } else if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
          assertArrayEquals(was, is, entry.getName());
        }
      }
      assertEquals(before.stream().count(), after.stream().count());
    }
    assertTrue(raised > 100, raised + " classes");
  }

  private static void assertSame(ClassModel was, ClassModel is) {
    String name = was.thisClass().asInternalName();
    assertTrue(was.majorVersion() < ClassFile.JAVA_6_VERSION, name);
    assertEquals(ClassFile.JAVA_8_VERSION, is.majorVersion(), name);
    assertEquals(was.flags().flagsMask(), is.flags().flagsMask(), name);
    assertEquals(was.fields().size(), is.fields().size(), name);
    assertEquals(was.methods().size(), is.methods().size(), name);
    for (int i = 0; i < was.methods().size(); i++) {
      var before = was.methods().get(i);
      var after = is.methods().get(i);
      assertEquals(before.methodName().stringValue(), after.methodName().stringValue(), name);
      assertEquals(before.methodType().stringValue(), after.methodType().stringValue(), name);
      assertEquals(opcodes(before), opcodes(after), name + "." + before.methodName().stringValue());
    }
  }

  private static List<String> opcodes(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(element -> element instanceof Instruction)
        .map(element -> ((Instruction) element).opcode().name())
        .map(opcode -> opcode.replaceAll("^LDC(_W)?$", "LDC").replaceAll("^GOTO(_W)?$", "GOTO"))
        .toList();
  }

  private static void raise(Path jar) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of("src/build/RaiseClassFiles.java").toString(),
                jar.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
  }
}
