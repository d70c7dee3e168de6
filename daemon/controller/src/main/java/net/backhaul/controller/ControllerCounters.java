// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** Counters of the controller; read and written on its thread only. */
public final class ControllerCounters {
  long requests;
  long rateLimited;
  long accessDenied;
  long unknownNetwork;
  long networkFull;
  long configs;
  long pushes;
  long pushRetries;
  long revocations;
  long repeatedRevocations;
  long directoryPushes;
  long networkReads;
  long networkListReads;
  long memberReads;
  long memberListReads;
  long addressReads;
  long networkWrites;
  long networkChanges;
  long memberWrites;
  long memberChanges;
  long authorizations;
  long deauthorizations;

  /** Returns the config requests received, whatever their outcome. */
  public long requests() {
    return requests;
  }

  /** Returns the requests dropped because the previous one was less than a second old. */
  public long rateLimited() {
    return rateLimited;
  }

  /** Returns the requests rejected because the member is not authorized or its identity differs. */
  public long accessDenied() {
    return accessDenied;
  }

  /** Returns the requests rejected because the network does not exist. */
  public long unknownNetwork() {
    return unknownNetwork;
  }

  /** Returns the requests rejected without a record because the network is full. */
  public long networkFull() {
    return networkFull;
  }

  /** Returns the configurations issued, as answers and as pushes. */
  public long configs() {
    return configs;
  }

  /** Returns the configurations pushed. */
  public long pushes() {
    return pushes;
  }

  /** Returns the pushes repeated because a member has not acknowledged them. */
  public long pushRetries() {
    return pushRetries;
  }

  /** Returns the revocations that were sent again, to members that may have missed them. */
  public long repeatedRevocations() {
    return repeatedRevocations;
  }

  /** Returns the revocations sent; one to many recipients counts once. */
  public long revocations() {
    return revocations;
  }

  /** Returns the updates of directories sent, each counted once per recipient. */
  public long directoryPushes() {
    return directoryPushes;
  }

  /** Returns the reads of one network, by operators. */
  public long networkReads() {
    return networkReads;
  }

  /** Returns the reads of the list of networks. */
  public long networkListReads() {
    return networkListReads;
  }

  /** Returns the reads of a member together with its network, by operators and for requests. */
  public long memberReads() {
    return memberReads;
  }

  /** Returns the reads of the list of a network's members. */
  public long memberListReads() {
    return memberListReads;
  }

  /** Returns the reads of the addresses in use on a network, for a configuration. */
  public long addressReads() {
    return addressReads;
  }

  /** Returns the networks created and changed. */
  public long networkWrites() {
    return networkWrites;
  }

  /** Returns the networks changed, without those created. */
  public long networkChanges() {
    return networkChanges;
  }

  /** Returns the members created and changed, by operators, requests and the controller itself. */
  public long memberWrites() {
    return memberWrites;
  }

  /** Returns the members changed, without those created. */
  public long memberChanges() {
    return memberChanges;
  }

  /** Returns the authorizations of members. */
  public long authorizations() {
    return authorizations;
  }

  /** Returns the deauthorizations of members, without those that were deleted. */
  public long deauthorizations() {
    return deauthorizations;
  }
}
