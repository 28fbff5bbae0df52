-- 001_sync.sql -- the sync database: which row is which item, what changed when.
--
-- Run inside the sync database (default name: ows). Numbered files are applied
-- in order, each once, and never edited after a release; ows_schema remembers
-- the newest. Text is utf8mb4_bin: keys, logins and names compare byte by byte.
-- Times are UTC: seconds since 1970, or ticks (100 ns since 0001-01-01).
--
-- Not here yet, and where they will go: attachments (own table by list and
-- item), losers of conflicts (own table, 90 days), and pairs of item and login
-- for lists with an owner column (own table, written by harvest).

CREATE TABLE ows_schema (
  version   INT UNSIGNED NOT NULL COMMENT 'number of the newest file of sql/ that was applied',
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='One row. Written by install; never goes.';

CREATE TABLE ows_list (
  no             INT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'short number of the list in all other tables; never reused',
  id             BINARY(16) NOT NULL COMMENT 'GUID of the provider file',
  name           VARCHAR(255) NOT NULL COMMENT 'folder of the provider file, for people; install keeps it up to date',
  title          VARCHAR(255) NOT NULL COMMENT 'title, for people; install keeps it up to date',
  head           BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'number of the newest change in ows_change; raised under the lock of this row',
  head_ticks     BIGINT UNSIGNED NOT NULL COMMENT 'stamp of that change',
  next_id        INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'id of the next new item; never falls',
  incarnation    INT UNSIGNED NOT NULL DEFAULT 1 COMMENT '+ 1 when the database was restored from a backup',
  schema_version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT '+ 1 when the mapping that clients see changes',
  schema_change  BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'number of the change that raised schema_version',
  definition     BINARY(32) NOT NULL COMMENT 'hash of the mapping that clients see; zeros before the first harvest',
  is_ready       TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: every row of the view has been numbered once',
  created        BIGINT NOT NULL COMMENT 'when the list was installed',
  modified       BIGINT NOT NULL COMMENT 'when an item last changed',
  deleted        BIGINT NOT NULL COMMENT 'when an item was last removed, else as created',
  scanned        BIGINT NOT NULL DEFAULT 0 COMMENT 'when the last full scan ended, 0 never; written by the scan',
  live_n         INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'items that are live and not bad',
  PRIMARY KEY (no),
  UNIQUE KEY list_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='One row per list. Made by install, kept up by harvest and by writes, which lock it. Goes when the list is uninstalled with its data.';

CREATE TABLE ows_item (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  id        INT UNSIGNED NOT NULL COMMENT 'from 1 per list, never reused',
  version   INT UNSIGNED NOT NULL COMMENT 'from 1, + 1 per difference seen',
  guid      BINARY(16) NOT NULL COMMENT 'permanent',
  skey      VARBINARY(512) NOT NULL COMMENT 'text of the source key, UTF-8; parts of a composite key joined by 0x1F',
  gone      INT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: live; tombstone: the id, so that a key may lapse often and live once',
  state     TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 live, 1 gone from the source, 2 deleted by a client',
  is_bad    TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: the row cannot be shown; clients keep the last good state',
  print     BINARY(32) NOT NULL COMMENT 'fingerprint of the last good row',
  changed   BIGINT UNSIGNED NOT NULL COMMENT 'number of its newest change',
  created   BIGINT NOT NULL COMMENT 'UTC seconds',
  modified  BIGINT NOT NULL COMMENT 'UTC seconds',
  author    VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'login that made it; empty: the source',
  editor    VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'login that changed it last; empty: the source',
  history   VARCHAR(4000) NULL COMMENT 'edit history as a client sent it; NULL: follows from the version',
  bag       MEDIUMBLOB NULL COMMENT 'properties without a column, packed; NULL: none',
  PRIMARY KEY (list, id),
  UNIQUE KEY item_key (list, skey, gone),
  KEY item_changed (list, changed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='One row per item, tombstones too. Written by harvest and by writes under the lock of the list; tombstones go when they are older than any token.';

CREATE TABLE ows_change (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  number    BIGINT UNSIGNED NOT NULL COMMENT 'in order of commit, from 1 per list',
  ticks     BIGINT UNSIGNED NOT NULL COMMENT 'stamp; number and ticks together make a token',
  kind      TINYINT UNSIGNED NOT NULL COMMENT '0 start, 1 item, 2 delete, 3 mapping',
  item      INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'ows_item.id; 0 for start and mapping',
  PRIMARY KEY (list, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='The log. Written under the lock of the list; purged by age, but the newest always stays.';

CREATE TABLE ows_inbox (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'only names the row: its order means nothing',
  list       INT UNSIGNED NOT NULL COMMENT 'ows_list.no; no foreign key, so that a writer waits for nobody',
  skey       VARBINARY(512) NOT NULL COMMENT 'source key as in ows_item; empty: a scan is asked for',
  is_changed TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: a difference was seen, the version rises whatever is found now',
  PRIMARY KEY (id),
  KEY inbox_list (list),
  KEY inbox_key (list, skey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='Keys whose row may have changed. Written by the triggers of the business tables, by scans and by reads that notice a difference; harvest deletes what it has taken.';

CREATE TABLE ows_ref (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  login     VARCHAR(255) NOT NULL COMMENT 'who made the item',
  ref       VARBINARY(255) NOT NULL COMMENT 'the reference that his program gave to the new item',
  item      INT UNSIGNED NOT NULL COMMENT 'ows_item.id',
  PRIMARY KEY (list, login, ref)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='New items by the client reference, so that a repeated request finds them. Written with the item; goes with its tombstone.';

CREATE TABLE ows_receipt (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  digest    BINARY(32) NOT NULL COMMENT 'of login, list, item, version sent, command and values',
  item      INT UNSIGNED NOT NULL COMMENT 'ows_item.id',
  version   INT UNSIGNED NOT NULL COMMENT 'that the change made',
  at        BIGINT NOT NULL COMMENT 'UTC seconds',
  PRIMARY KEY (list, digest),
  KEY receipt_at (list, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='Applied changes, so that a repeated request is recognised. Written with the change; purged by age.';

CREATE TABLE ows_bad (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  skey      VARBINARY(512) NOT NULL COMMENT 'source key',
  reason    VARCHAR(500) NOT NULL COMMENT 'why the row cannot be shown, for the DBA',
  since     BIGINT NOT NULL COMMENT 'UTC seconds',
  PRIMARY KEY (list, skey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='Rows that cannot be shown. Written by harvest; goes when the row is good again or gone.';

CREATE TABLE ows_lease (
  name      VARCHAR(64) NOT NULL COMMENT 'what is leased: housekeeper',
  holder    VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'process that has it',
  until     BIGINT NOT NULL DEFAULT 0 COMMENT 'UTC seconds of the database; later it is free',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='Work that one process per site does. Rows are made by the first taker and stay.';

INSERT INTO ows_schema (version) VALUES (1);
