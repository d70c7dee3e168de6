-- A table with a row.
CREATE TABLE thing (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
);

INSERT INTO thing VALUES (1, 'first');
