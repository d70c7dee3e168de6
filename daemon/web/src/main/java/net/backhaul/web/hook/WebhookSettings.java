// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.util.Set;

/**
 * The one webhook of the controller.
 *
 * @param url empty for none
 * @param secret by which deliveries are signed; it cannot be stored as a hash
 * @param events those that are sent
 * @param revision number of changes
 */
public record WebhookSettings(String url, String secret, Set<WebhookEvent> events, long revision) {
  /** No webhook. */
  public static final WebhookSettings NONE = new WebhookSettings("", "", Set.of(), 0);

  public WebhookSettings {
    events = Set.copyOf(events);
  }

  /** Returns whether an event is sent. */
  public boolean sends(WebhookEvent event) {
    return !url.isEmpty() && (event == WebhookEvent.TEST || events.contains(event));
  }

  @Override
  public String toString() {
    return "WebhookSettings[" + url + ", " + events + "]"; // Without the secret.
  }
}
