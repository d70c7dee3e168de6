// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** Counts what the controller did; plain fields, read and written on its thread only. */
public final class ControllerCounters {
  long requests;
  long rateLimited;
  long accessDenied;
  long unknownNetwork;
  long networkFull;
  long configs;
  long pushes;
  long revocations;
  long networkWrites;
  long networkChanges;
  long memberWrites;
  long memberChanges;
  long authorizations;
  long deauthorizations;

  /** Returns how many requests came in, whatever became of them. */
  public long requests() {
    return requests;
  }

  /** Returns how many were not answered because the last one was less than a second ago. */
  public long rateLimited() {
    return rateLimited;
  }

  /** Returns how many were refused because the member is not let in. */
  public long accessDenied() {
    return accessDenied;
  }

  /** Returns how many asked for a network that does not exist. */
  public long unknownNetwork() {
    return unknownNetwork;
  }

  /** Returns how many were refused because no more strangers are recorded for their network. */
  public long networkFull() {
    return networkFull;
  }

  /** Returns how many configurations were made. */
  public long configs() {
    return configs;
  }

  /** Returns how many of them were pushed. */
  public long pushes() {
    return pushes;
  }

  /** Returns how many revocations were sent, whatever the number of recipients. */
  public long revocations() {
    return revocations;
  }

  /** Returns how often a network was created or changed. */
  public long networkWrites() {
    return networkWrites;
  }

  /** Returns how often a network was changed that was there before. */
  public long networkChanges() {
    return networkChanges;
  }

  /** Returns how often a member was created or changed, by whomever. */
  public long memberWrites() {
    return memberWrites;
  }

  /** Returns how often a member was changed that was there before. */
  public long memberChanges() {
    return memberChanges;
  }

  /** Returns how often a member was let in. */
  public long authorizations() {
    return authorizations;
  }

  /** Returns how often a member was put out; deleted ones are not counted. */
  public long deauthorizations() {
    return deauthorizations;
  }
}
