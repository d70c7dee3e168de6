// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * The requests of the page that are not answered yet. An answer may move what is about to be
 * clicked, on a busy machine just then; a person does not click while everything still moves.
 */
final class PageRequests {
  /** Under steady changes there is always another request. */
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final String COUNT =
      """
      {
        const own = window.fetch;
        window.pendingRequests = 0;
        window.fetch = async (...request) => {
          window.pendingRequests++;
          try {
            const response = await own(...request);
            await response.clone().arrayBuffer();
            return response;
          } finally {
            // What shows the answer runs first, and what it does after the next frame.
            setTimeout(() => window.pendingRequests--, 50);
          }
        };
      }
      """;

  private final ChromeDriver driver;

  PageRequests(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Counts the requests of all pages that this tab opens from now on. */
  void count() {
    driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", COUNT));
  }

  /** Returns when all requests are answered, or some seconds have passed. */
  void awaitAnswers() {
    long endNanos = System.nanoTime() + MAX_WAIT_NANOS;
    while (isPending() && System.nanoTime() < endNanos) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private boolean isPending() {
    return Boolean.TRUE.equals(
        driver.executeScript(
            "return document.readyState !== 'complete' || window.pendingRequests > 0"));
  }
}
