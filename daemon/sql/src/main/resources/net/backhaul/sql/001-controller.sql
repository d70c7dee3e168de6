-- SPDX-License-Identifier: Apache-2.0
-- Networks and members of the controller. Ids are hexadecimal text, as in the API: 16 digits of a network, 10 of a node.

-- Facts about the database itself.
CREATE TABLE property (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);

-- document: the JSON object of the recorded API, unknown members included. Columns beside it are ours alone.
CREATE TABLE network (
  id CHAR(16) NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  labels TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE member (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  labels TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (network_id, address)
);

-- Blocked addresses, whether or not they have a member record.
CREATE TABLE block (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);

-- Changes by operators; a row never changes. address is empty for a change of a network.
CREATE TABLE audit (
  id BIGINT NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  origin VARCHAR(255) NOT NULL,
  action VARCHAR(32) NOT NULL,
  network_id CHAR(16) NOT NULL,
  address VARCHAR(10) NOT NULL,
  before_change TEXT,
  after_change TEXT
);

CREATE INDEX audit_object ON audit (network_id, address, id);
