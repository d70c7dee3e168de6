// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.LogbackMDCAdapter;

/**
 * Logback for SLF4J, configured by {@link Logging} alone. Logback's own provider searches all jars
 * for a configuration, as SLF4J does for a provider, which takes longer than the rest of logging.
 */
public final class LoggingProvider extends LogbackServiceProvider {
  @Override
  public void initialize() {
    var context = (LoggerContext) getLoggerFactory();
    context.setName("default");
    context.setMDCAdapter((LogbackMDCAdapter) getMDCAdapter());
    new Logging().configure(context);
    context.start();
  }
}
