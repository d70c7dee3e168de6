// SPDX-License-Identifier: Apache-2.0
/**
 * Decides who belongs to which network, and what its members are told (04 section 5).
 *
 * <p>Everything is in memory: {@link Controller} answers from there and never waits. What it
 * changes it hands to a {@link RecordStore}, and only when that has written it does anybody hear of
 * it. So a controller that dies at any moment has promised nothing that it does not know
 * afterwards.
 *
 * <p>How records look on disk and in the API is not known here. A record carries the text that it
 * was made from, so that whoever writes it down keeps what the controller does not understand.
 */
@NullMarked
package net.backhaul.controller;

import org.jspecify.annotations.NullMarked;
