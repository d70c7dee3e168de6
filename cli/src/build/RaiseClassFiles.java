// SPDX-License-Identifier: Apache-2.0

import static java.lang.classfile.ClassFile.JAVA_6_VERSION;
import static java.lang.classfile.ClassFile.JAVA_8_VERSION;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Raises the class files of jars that are older than Java 6 to Java 8, which is a new number and
 * stack maps; code and everything else stay as they are. An ahead-of-time cache takes no class that
 * is older, so that each start would load and verify all of them.
 *
 * <p>usage: java RaiseClassFiles.java JAR...
 */
final class RaiseClassFiles {
  private static final Attributes.Name NOTE = new Attributes.Name("Backhaul-Changed");

  private RaiseClassFiles() {}

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      raise(Path.of(jar));
    }
  }

  private static void raise(Path jar) throws IOException {
    Path raised = jar.resolveSibling(jar.getFileName() + ".raised");
    int count = 0;
    try (var in = new JarFile(jar.toFile());
        var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        var out = new JarOutputStream(Files.newOutputStream(raised))) {
      ClassFile context = context(loader);
      out.putNextEntry(entry(in.getJarEntry(JarFile.MANIFEST_NAME)));
      manifest(in).write(out);
      for (JarEntry entry : Collections.list(in.entries())) {
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
          continue;
        }
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")) {
          ClassModel model = context.parse(bytes);
          if (model.majorVersion() < JAVA_6_VERSION) {
            bytes = raised(context, model);
            count++;
          }
        }
        out.putNextEntry(entry(entry));
        out.write(bytes);
      }
    }
    Files.move(raised, jar, StandardCopyOption.REPLACE_EXISTING);
    System.out.println(jar.getFileName() + ": raised " + count + " class files");
  }

  /**
   * An entry of the same name and time, so that the same jar gives the same bytes in any time zone.
   */
  private static JarEntry entry(JarEntry original) {
    var copy = new JarEntry(original.getName());
    copy.setTimeLocal(original.getTimeLocal());
    return copy;
  }

  /** Types that meet on the stack are looked up in the jar and in the JDK. */
  private static ClassFile context(ClassLoader jar) {
    return ClassFile.of(
        StackMapsOption.GENERATE_STACK_MAPS,
        ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(jar)
                .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  private static byte[] raised(ClassFile context, ClassModel model) {
    return context.transformClass(
        model,
        ClassTransform.dropping(element -> element instanceof ClassFileVersion)
            .andThen(ClassTransform.endHandler(out -> out.withVersion(JAVA_8_VERSION, 0)))
            .andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
  }

  private static Manifest manifest(JarFile jar) throws IOException {
    Manifest manifest = jar.getManifest();
    manifest.getMainAttributes().put(NOTE, "class files raised to Java 8, with stack maps");
    return manifest;
  }
}
