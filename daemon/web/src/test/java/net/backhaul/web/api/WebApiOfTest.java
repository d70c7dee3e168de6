// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

/** The web API for tests of its listener. */
public final class WebApiOfTest {
  private WebApiOfTest() {}

  /** Returns an API with a controller in memory. */
  public static WebApi create() {
    return new WebFixture().api;
  }
}
