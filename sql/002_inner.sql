-- 002: items without a row of their own, and files attached to items.

ALTER TABLE ows_item
  ADD COLUMN IF NOT EXISTS uid BINARY(16) NULL COMMENT 'what binds items together: series of an event, thread of a post; NULL: nothing' AFTER bag,
  ADD COLUMN IF NOT EXISTS place TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'order among the items of one uid: a series stands before its exceptions' AFTER uid,
  ADD COLUMN IF NOT EXISTS files MEDIUMBLOB NULL COMMENT 'attached files: name, GUID, version, bytes of each, packed; NULL: none' AFTER place,
  ADD KEY IF NOT EXISTS item_uid (list, uid),
  MODIFY COLUMN skey VARBINARY(1024) NOT NULL COMMENT 'text of the source key, UTF-8; parts of a composite key joined by 0x1F; an item without a row: its owner''s key, 0x1E, which one';

UPDATE ows_schema SET version = 2;
