// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dependencies of modules, packages and libraries; docs/architecture.md gives the reasons. */
class ArchitectureTest {
  private static final String OURS = "net.backhaul.";

  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

  /** The dependency on the testing module with test scope, with or without a version. */
  private static final Pattern TESTING_FOR_TESTS =
      Pattern.compile(
          "<artifactId>backhaul-testing</artifactId>\\s*"
              + "(<version>[^<]*</version>\\s*)?<scope>test</scope>");

  /** Sans-IO: these take time, packets and frames as arguments. */
  private static final String[] SANS_IO = {
    "net.backhaul.crypto..",
    "net.backhaul.protocol..",
    "net.backhaul.rules..",
    "net.backhaul.engine..",
    "net.backhaul.controller..",
    "net.backhaul.service.portmapping.protocol.."
  };

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("net.backhaul");

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      textBlock =
          """
          crypto     : ''
          protocol   : crypto
          tap        : ''
          json       : ''
          rules      : json protocol crypto
          cli        : rules json protocol crypto
          engine     : rules.evaluation protocol crypto
          controller : protocol crypto
          sql        : ''
          store      : sql controller rules json protocol crypto
          web        : controller store sql rules json protocol crypto
          service    : engine controller store sql web rules json tap cli protocol crypto
          testing    : ''
          """)
  void modulesDependOnLowerOnesOnly(String module, String below) {
    String[] allowed = (module + " " + below).strip().split(" ");
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = OURS + allowed[i] + "..";
    }

    classes()
        .that()
        .resideInAPackage(OURS + module + "..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed)
                .or(DescribedPredicate.not(resideInAPackage("net.backhaul.."))))
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crypto", "protocol", "engine", "service"})
  void findsClassesOfModules(String module) {
    assertTrue(MAIN.stream().anyMatch(c -> c.getPackageName().startsWith(OURS + module)));
  }

  /** The packages of the service; "." is its root package, which wires them together. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      textBlock =
          """
          system     : ''
          state      : system
          settings   : state system
          http       : system
          udp        : settings system .
          routing    : udp .
          portmapping : udp portmapping.protocol .
          portmapping.protocol : ''
          relay      : settings udp system .
          dns        : system
          names      : dns .
          forwarding : state system
          interfaces : dns forwarding routing state system .
          """)
  void packagesOfTheServiceDependOnLowerOnesOnly(String name, String below) {
    String service = OURS + "service.";
    String[] allowed = (name + " " + below).strip().split(" ");
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = allowed[i].equals(".") ? OURS + "service" : service + allowed[i] + "..";
    }

    classes()
        .that()
        .resideInAPackage(service + name + "..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed)
                .or(DescribedPredicate.not(resideInAPackage(OURS + "service.."))))
        .check(MAIN);
  }

  /** VL2 is built on VL1, and both share only what the root package declares. */
  @Test
  void peersDoNotDependOnNetworks() {
    noClasses()
        .that()
        .resideInAPackage("net.backhaul.engine.peer..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("net.backhaul.engine.network..")
        .check(MAIN);
  }

  /** {@code Node} puts the layers together; nothing else of the root package depends on them. */
  @Test
  void engineRootPackageDependsOnItsLayersThroughNodeAlone() {
    noClasses()
        .that()
        .resideInAPackage("net.backhaul.engine")
        .and()
        .doNotHaveSimpleName("Node")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("net.backhaul.engine.peer..", "net.backhaul.engine.network..")
        .check(MAIN);
  }

  @Test
  void mainCodeDoesNotUseTheTestingModule() {
    noClasses()
        .that()
        .resideOutsideOfPackage("net.backhaul.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("net.backhaul.testing..")
        .check(MAIN);
  }

  @Test
  void onlyTestsHaveTheTestingModuleOnTheirClassPath() throws IOException {
    try (Stream<Path> poms =
        Stream.concat(Files.walk(TREE, 2), Files.walk(TREE.resolve("daemon"), 2))) {
      List<Path> users =
          poms.filter(path -> path.endsWith("pom.xml") && !path.getParent().endsWith("testing"))
              .distinct()
              .filter(path -> text(path).contains("<artifactId>backhaul-testing</artifactId>"))
              .toList();

      assertTrue(users.size() > 2, users::toString);
      for (Path pom : users) {
        assertTrue(TESTING_FOR_TESTS.matcher(text(pom)).find(), pom::toString);
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void sansIoModulesUseNoClockThreadFileOrChannel() {
    noClasses()
        .that()
        .resideInAnyPackage(SANS_IO)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.Thread")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Timer")
        .orShould()
        .dependOnClassesThat(isAFileOrASocket())
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.concurrent..",
            "java.nio.channels..",
            "java.nio.file..",
            "java.time..",
            "java.util.logging..")
        .check(MAIN);
  }

  @Test
  void sansIoModulesCreateNoRandomness() {
    noClasses()
        .that()
        .resideInAnyPackage(SANS_IO)
        .should()
        .callConstructor(Random.class)
        .orShould()
        .callMethod(RandomGenerator.class, "getDefault")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(SecureRandom.class)
        .check(MAIN);
  }

  @Test
  void sansIoModulesDoNotLock() {
    noClasses().that().resideInAnyPackage(SANS_IO).should(new Locks()).check(MAIN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      textBlock =
          """
          io.netty..            : service web.server
          com.fasterxml..       : json testing
          com.sun.jna..         : tap service.udp testing
          org.bouncycastle..    : crypto web
          net.jpountz..         : protocol
          picocli..             : cli
          java.sql..            : sql
          org.slf4j..           : service sql store web
          ch.qos.logback..      : service
          org.junit..           : testing
          """)
  void librariesAreUsedOnlyInTheirModules(String library, String modules) {
    String[] allowed = modules.strip().split(" ");
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = OURS + allowed[i] + "..";
    }

    noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library.strip())
        .check(MAIN);
  }

  private static DescribedPredicate<JavaClass> isAFileOrASocket() {
    return DescribedPredicate.describe(
        "are files or sockets",
        c ->
            c.getPackageName().equals("java.io")
                    && (c.getSimpleName().startsWith("File")
                        || c.getSimpleName().equals("RandomAccessFile"))
                || c.getPackageName().equals("java.net") && c.getSimpleName().endsWith("Socket"));
  }
}
