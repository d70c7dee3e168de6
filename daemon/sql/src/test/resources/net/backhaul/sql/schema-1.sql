-- SPDX-License-Identifier: Apache-2.0
PRAGMA application_id = 1114327148;
PRAGMA user_version = 1;
CREATE TABLE property (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);
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
CREATE TABLE block (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);
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
INSERT INTO property VALUES ('controller.import', 'done');
INSERT INTO network VALUES ('0b59471541000001', 3, '{"id":"0b59471541000001","revision":3,"later":[1,0.5]}', 'a note', '["x"]');
INSERT INTO member VALUES ('0b59471541000001', '0123456789', 2, '{"id":"0123456789","revision":2,"authorized":true}', '', '[]');
INSERT INTO block VALUES ('0b59471541000001', '0123456788', 1700000000000);
INSERT INTO audit VALUES (1, 1700000000000, 'admin', '127.0.0.1', 'change', '0b59471541000001', '', '{}', '{"name":"x"}');
