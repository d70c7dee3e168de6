// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

/** The version of the reference whose behaviour this daemon has, which peers and scripts see. */
public final class Version {
  public static final int MAJOR = 1;
  public static final int MINOR = 14;
  public static final int REVISION = 1;
  public static final int BUILD = 0;
  public static final String TEXT = MAJOR + "." + MINOR + "." + REVISION;

  private Version() {}
}
