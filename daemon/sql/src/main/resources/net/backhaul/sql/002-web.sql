-- SPDX-License-Identifier: Apache-2.0
-- Accounts of the web API. Secrets are hashed, but for those of codes, which have to be computed from.

-- networks: '*' for all, or ids with a blank between them.
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
);

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

-- account_id: 0 for the first administrator, whose account does not exist yet.
CREATE TABLE web_link (
  account_id BIGINT NOT NULL PRIMARY KEY,
  hash CHAR(64) NOT NULL UNIQUE,
  expires_ms BIGINT NOT NULL
);
