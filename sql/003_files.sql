-- 003: files attached to items.
--
-- ows_item.files says which files an item has; what is here are their bytes. Bytes never
-- change: a new version of a file is a new row with bytes of its own, so that whoever reads
-- the old one reads it to its end.

CREATE TABLE IF NOT EXISTS ows_file (
  list      INT UNSIGNED NOT NULL COMMENT 'ows_list.no',
  guid      BINARY(16) NOT NULL COMMENT 'permanent, of the file',
  version   INT UNSIGNED NOT NULL COMMENT 'from 1, + 1 with new bytes; together with guid what clients call its version',
  item      INT UNSIGNED NOT NULL COMMENT 'ows_item.id; moves when a row that returns inherits its files',
  name      VARCHAR(255) NOT NULL COMMENT 'as the client spelled it; unique per item without regard to case',
  size      BIGINT UNSIGNED NOT NULL COMMENT 'bytes',
  digest    BINARY(32) NOT NULL COMMENT 'SHA-256 of the bytes: writing the same again is no change',
  content   BINARY(16) NOT NULL COMMENT 'ows_file_part.content',
  modified  BIGINT NOT NULL COMMENT 'UTC seconds: when these bytes came',
  editor    VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'login that sent them',
  gone      BIGINT NOT NULL DEFAULT 0 COMMENT '0: current; else UTC seconds: overwritten unseen, or removed; kept for a while so that nothing is lost',
  PRIMARY KEY (list, guid, version),
  KEY file_item (list, item, gone)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='One row per file and version. Written by clients'' changes under the lock of the list; goes with the tombstone of its item, or some time after gone.';

CREATE TABLE IF NOT EXISTS ows_file_part (
  content   BINARY(16) NOT NULL COMMENT 'random; one per version of a file',
  seq       INT UNSIGNED NOT NULL COMMENT 'from 0; every part but the last has 512 KiB',
  data      MEDIUMBLOB NOT NULL COMMENT 'bytes',
  PRIMARY KEY (content, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='The bytes of files, in parts, so that no packet and no memory grows with them. Written and removed together with ows_file.';

UPDATE ows_schema SET version = 3;
