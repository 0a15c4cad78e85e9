-- The events of a partner program as the tables a report would be written on.
CREATE TABLE handoffs (handoff TEXT PRIMARY KEY, account TEXT, host TEXT, guest TEXT);
CREATE TABLE acceptances (handoff TEXT, at TEXT);
CREATE TABLE holders (account TEXT, holder TEXT, at TEXT);
CREATE TABLE letters (account TEXT, gaining TEXT, at TEXT);
CREATE TABLE releases (account TEXT, at TEXT);
CREATE TABLE touches (account TEXT, partner TEXT, at TEXT);
CREATE TABLE orders (account TEXT, partner TEXT, at TEXT);
CREATE INDEX holders_account ON holders (account);
CREATE INDEX letters_account ON letters (account);
CREATE INDEX releases_account ON releases (account);
CREATE INDEX touches_account ON touches (account);
CREATE INDEX orders_account ON orders (account);
