// SPDX-License-Identifier: Apache-2.0
/**
 * The network controller: records of networks and members, and the configurations that follow from
 * them (04 section 5). Sans-IO.
 *
 * <p>All records are in memory, so {@link Controller} answers without blocking. It hands changes to
 * a {@link RecordStore}, and nothing that depends on a change is sent before the store has
 * persisted it: a controller that crashes has sent nothing that its next run does not have.
 *
 * <p>The JSON form of records, on disk and in the API, belongs to the store. A record carries the
 * JSON document that it was read from, so that members unknown to the controller survive.
 */
@NullMarked
package net.backhaul.controller;

import org.jspecify.annotations.NullMarked;
