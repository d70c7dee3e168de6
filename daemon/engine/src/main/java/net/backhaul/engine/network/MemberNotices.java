// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

/** What members are sent after a change of our configuration: our groups and our credentials. */
record MemberNotices(MulticastAnnouncer announcer, CredentialExchange credentials) {}
