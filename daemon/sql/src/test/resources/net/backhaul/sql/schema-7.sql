-- SPDX-License-Identifier: Apache-2.0
PRAGMA application_id = 1114327148;
PRAGMA user_version = 7;
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
, deauthorize_after_days BIGINT NOT NULL DEFAULT 0);
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
, chars BIGINT NOT NULL DEFAULT 0);
CREATE INDEX audit_object ON audit (network_id, address, id);
CREATE TABLE web_account (
  id BIGINT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  name VARCHAR(64) NOT NULL UNIQUE,
  permission VARCHAR(16) NOT NULL,
  networks TEXT NOT NULL,
  password_hash VARCHAR(255) NOT NULL,
  totp_secret VARCHAR(64) NOT NULL,
  totp_step BIGINT NOT NULL,
  created_ms BIGINT NOT NULL
, disabled BIGINT NOT NULL DEFAULT 0);
CREATE TABLE web_session (
  id BIGINT NOT NULL PRIMARY KEY,
  hash CHAR(64) NOT NULL UNIQUE,
  account_id BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL,
  origin VARCHAR(64) NOT NULL,
  agent TEXT NOT NULL
);
CREATE TABLE web_token (
  id BIGINT NOT NULL PRIMARY KEY,
  hash CHAR(64) NOT NULL UNIQUE,
  account_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  permission VARCHAR(16) NOT NULL,
  networks TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE TABLE web_link (
  account_id BIGINT NOT NULL PRIMARY KEY,
  hash CHAR(64) NOT NULL UNIQUE,
  expires_ms BIGINT NOT NULL
);
CREATE TABLE revocation (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  revoked_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);
CREATE TABLE join_token (
  id BIGINT NOT NULL PRIMARY KEY,
  network_id CHAR(16) NOT NULL,
  revision BIGINT NOT NULL,
  hash CHAR(64) NOT NULL UNIQUE,
  name VARCHAR(128) NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  max_uses BIGINT NOT NULL,
  uses BIGINT NOT NULL,
  settings TEXT NOT NULL
);
CREATE INDEX audit_network ON audit (network_id, id);
CREATE INDEX audit_contributor ON audit (network_id, actor, id);
CREATE INDEX audit_failed ON audit (id) WHERE action = 'log-in-failed';
CREATE INDEX audit_size ON audit (network_id, actor, chars);
CREATE TABLE rules_source (
  id BIGINT NOT NULL PRIMARY KEY,
  network_id CHAR(16) NOT NULL,
  at_ms BIGINT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  origin VARCHAR(255) NOT NULL,
  source TEXT NOT NULL
);
CREATE INDEX rules_source_network ON rules_source (network_id, id);
CREATE TABLE bin (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  removed_ms BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  notes TEXT NOT NULL,
  labels TEXT NOT NULL,
  PRIMARY KEY (network_id, address)
);
CREATE TABLE member_seen (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  seen_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);
INSERT INTO property VALUES ('controller.import', 'done');
INSERT INTO network VALUES ('0b59471541000001', 3, '{"id":"0b59471541000001","revision":3,"later":[1,0.5]}', 'a note', '["x"]', 30);
INSERT INTO member VALUES ('0b59471541000001', '0123456789', 2, '{"id":"0123456789","revision":2,"authorized":true}', '', '[]');
INSERT INTO block VALUES ('0b59471541000001', '0123456788', 1700000000000);
INSERT INTO audit VALUES (1, 1700000000000, 'admin', '127.0.0.1', 'change', '0b59471541000001', '', '{}', '{"name":"x"}', 14);
INSERT INTO web_account VALUES (1, 1, 'admin', 'admin', '*', '', '', 0, 1700000000000, 0);
INSERT INTO revocation VALUES ('0b59471541000001', '0123456787', 1700000000000);
INSERT INTO join_token VALUES (7, '0b59471541000001', 1, 'hash', 'laptops', 1700000000000, 1700000900000, 5, 0, '{}');
INSERT INTO rules_source VALUES (1, '0b59471541000001', 1700000000000, 'admin', '127.0.0.1', 'accept;');
INSERT INTO bin VALUES ('0b59471541000001', '0123456786', 1700000000000, 4, '{"id":"0123456786"}', '', '[]');
INSERT INTO member_seen VALUES ('0b59471541000001', '0123456789', 1700000000000);
