// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the system (04 section 8.2).
 *
 * <p>Java has no public API for a clean end with exit code 0 on a signal, nor for ignoring one, so
 * this uses {@code sun.misc.Signal} by reflection. Where it is missing, Java's defaults remain.
 */
public final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /**
   * Calls {@code end} on TERM and INT and {@code reload} on HUP, and ignores USR1, USR2, IO and
   * PIPE.
   *
   * <p>QUIT is left to the Java runtime, which prints the stacks of all threads.
   */
  public static void handle(Runnable end, Runnable reload) {
    for (String name : new String[] {"TERM", "INT"}) {
      on(name, end);
    }
    on("HUP", reload);
    for (String name : new String[] {"USR1", "USR2", "IO", "PIPE"}) {
      on(name, () -> log.debug("signal {} is ignored", name));
    }
  }

  private static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Constructor<?> make = signal.getConstructor(String.class);
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                switch (method.getName()) {
                  case "handle" -> action.run();
                  case "hashCode" -> {
                    return System.identityHashCode(self);
                  }
                  case "equals" -> {
                    return arguments != null && self == arguments[0];
                  }
                  default -> {
                    return name;
                  }
                }
                return null;
              });
      signal.getMethod("handle", signal, handler).invoke(null, make.newInstance(name), proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.debug("signal {} keeps its default effect: {}", name, e.toString());
    }
  }
}
