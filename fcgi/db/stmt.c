/*
 * stmt.c -- all SQL of the engine, in one table. Prepared at connect, where a
 * wrong one fails; a test prepares each against the real schema.
 */
#include "stmt.h"

#define Q4 "?,?,?,?"
#define Q16 Q4 "," Q4 "," Q4 "," Q4
#define Q64 Q16 "," Q16 "," Q16 "," Q16
#define Q128 Q64 "," Q64
_Static_assert(KEY_BLOCK_S == 16 && KEY_BLOCK_L == 128, "blocks below");

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#define LIST_COLUMNS "l.head, l.head_ticks, l.next_id, l.incarnation, l.schema_version, " \
	"l.schema_change, l.definition, l.is_ready, l.created, l.modified, l.deleted, l.live_n, " \
	"l.scanned"

/* live items and the newest tombstones: a key may have come and gone every night */
#define ITEMS_OF(keys) "SELECT " ITEM_COLUMNS " FROM ows_item i " \
	"WHERE i.list = ? AND i.skey IN (" keys ") AND (i.gone = 0 OR i.gone = " \
	"(SELECT MAX(n.gone) FROM ows_item n WHERE n.list = i.list AND n.skey = i.skey))"

static const char *const text[] = {
	[S_SCHEMA_VERSION] = "SELECT MAX(version) FROM ows_schema",
	[S_LIST_NO] = "SELECT no FROM ows_list WHERE id = ?",
	[S_PEEK] = "SELECT " LIST_COLUMNS ", EXISTS(SELECT 1 FROM ows_inbox b WHERE b.list = l.no), "
	    "(SELECT c.ticks FROM ows_change c WHERE c.list = l.no AND c.number = ?) "
	    "FROM ows_list l WHERE l.no = ? AND l.id = ?",
	[S_LOCK] = "SELECT " LIST_COLUMNS " FROM ows_list l WHERE l.no = ? AND l.id = ? FOR UPDATE",
	[S_SAVE] = "UPDATE ows_list SET head = ?, head_ticks = ?, next_id = ?, incarnation = ?, "
	    "schema_version = ?, schema_change = ?, definition = ?, is_ready = ?, modified = ?, "
	    "deleted = ?, live_n = ? WHERE no = ?",
	[S_SCANNED] = "UPDATE ows_list SET scanned = UNIX_TIMESTAMP() WHERE no = ?",
	[S_INBOX] = "SELECT b.id, b.skey, b.is_changed FROM ows_inbox b FORCE INDEX (inbox_list) "
	    "WHERE b.list = ? ORDER BY b.id LIMIT ?",
	[S_INBOX_OF] = "SELECT b.id, b.skey, b.is_changed FROM ows_inbox b "
	    "WHERE b.list = ? AND b.skey = ? LIMIT 20000",
	[S_INBOX_ADD] = "INSERT INTO ows_inbox (list, skey, is_changed) VALUES (?, ?, ?)",
	[S_INBOX_DELETE] = "DELETE FROM ows_inbox WHERE id = ?",
	[S_ITEM] = "SELECT " ITEM_COLUMNS " FROM ows_item i WHERE i.list = ? AND i.id = ?",
	[S_ITEMS_OF_1] = ITEMS_OF("?"),
	[S_ITEMS_OF_S] = ITEMS_OF(Q16),
	[S_ITEMS_OF_L] = ITEMS_OF(Q128),
	/* the keys behind "<owner's key> 0x1E" and before 0x1F: a range of the index */
	[S_INNER] = "SELECT " ITEM_COLUMNS " FROM ows_item i FORCE INDEX (item_key) "
	    "WHERE i.list = ? AND i.skey > ? AND i.skey < ? AND i.gone = 0 ORDER BY i.skey LIMIT ?",
	[S_ITEMS_BY_UID] = "SELECT " ITEM_COLUMNS " FROM ows_item i "
	    "WHERE i.list = ? AND i.uid = ? AND i.gone = 0 ORDER BY i.id LIMIT ?",
	[S_ITEM_INSERT] = "INSERT INTO ows_item (list, id, version, guid, skey, gone, state, is_bad, "
	    "print, changed, created, modified, author, editor, history, bag, uid, place, files) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[S_ITEM_UPDATE] = "UPDATE ows_item SET version = ?, gone = ?, state = ?, is_bad = ?, "
	    "print = ?, changed = ?, modified = ?, editor = ?, history = ?, bag = ?, "
	    "uid = ?, place = ?, files = ? WHERE list = ? AND id = ?",
	[S_ITEM_REKEY] = "UPDATE ows_item SET skey = ? WHERE list = ? AND id = ?",
	[S_ITEMS_RAISE] = "UPDATE ows_item SET version = version + ? WHERE list = ?",
	[S_CHANGES_FORGET] = "DELETE FROM ows_change WHERE list = ?",
	[S_CHANGE_ADD] = "INSERT INTO ows_change (list, number, ticks, kind, item) "
	    "VALUES (?, ?, ?, ?, ?)",
	[S_TICKS] = "SELECT ticks FROM ows_change WHERE list = ? AND number = ?",
	[S_BAD_SET] = "INSERT INTO ows_bad (list, skey, reason, since) "
	    "VALUES (?, ?, ?, UNIX_TIMESTAMP()) ON DUPLICATE KEY UPDATE reason = VALUES(reason)",
	[S_BAD_CLEAR] = "DELETE FROM ows_bad WHERE list = ? AND skey = ?",
	[S_REF_GET] = "SELECT item FROM ows_ref WHERE list = ? AND login = ? AND ref = ?",
	[S_REF_ADD] = "INSERT INTO ows_ref (list, login, ref, item) VALUES (?, ?, ?, ?)",
	[S_RECEIPT_GET] = "SELECT item, version, at FROM ows_receipt WHERE list = ? AND digest = ?",
	/* replaces that of an older version of the item; refuses (1048) everything else */
	[S_RECEIPT_ADD] = "INSERT INTO ows_receipt (list, digest, item, version, at) "
	    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE at = VALUES(at), version = "
	    "IF(item = VALUES(item) AND version < VALUES(version), VALUES(version), NULL)",
	[S_PURGE_REFS] = "DELETE r FROM ows_ref r JOIN ows_item i ON i.list = r.list AND i.id = r.item "
	    "WHERE r.list = ? AND i.gone <> 0 AND i.modified < ?",
	[S_PURGE_ITEMS] = "DELETE FROM ows_item WHERE list = ? AND gone <> 0 AND modified < ?",
	[S_PURGE_CHANGES] = "DELETE c FROM ows_change c JOIN ows_list l ON l.no = c.list "
	    "WHERE c.list = ? AND c.ticks < ? AND c.number < l.head",
	[S_PURGE_RECEIPTS] = "DELETE FROM ows_receipt WHERE list = ? AND at < ?",
	[S_PART_ADD] = "INSERT INTO ows_file_part (content, seq, data) VALUES (?, ?, ?)",
	[S_FILE] = "SELECT version, item, name, size, digest, content, modified, editor "
	    "FROM ows_file WHERE list = ? AND guid = ? AND version = ?",
	[S_FILES_OF] = "SELECT version, item, name, size, digest, content, modified, editor, guid "
	    "FROM ows_file WHERE list = ? AND item = ? AND gone = 0 ORDER BY name",
	[S_FILE_KEY] = "SELECT i.skey, f.name, f.digest, f.content FROM ows_file f JOIN ows_item i "
	    "ON i.list = f.list AND i.id = f.item WHERE f.list = ? AND f.guid = ? AND f.version = ?",
	[S_FILE_ADD] = "INSERT INTO ows_file (list, guid, version, item, name, size, digest, "
	    "content, modified, editor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[S_FILE_KEEP] = "UPDATE ows_file SET gone = ? WHERE list = ? AND guid = ? AND version = ?",
	[S_FILE_DROP] = "DELETE f, p FROM ows_file f LEFT JOIN ows_file_part p "
	    "ON p.content = f.content WHERE f.list = ? AND f.guid = ? AND f.version = ?",
	/* the oldest of those kept, beyond FILES_KEPT */
	[S_FILES_TRIM] = "DELETE f, p FROM (SELECT k.list, k.guid, k.version FROM ows_file k "
	    "WHERE k.list = ? AND k.item = ? AND k.gone > 0 ORDER BY k.gone DESC, k.version DESC "
	    "LIMIT 1000 OFFSET " TEXT(FILES_KEPT) ") o JOIN ows_file f ON f.list = o.list "
	    "AND f.guid = o.guid AND f.version = o.version "
	    "LEFT JOIN ows_file_part p ON p.content = f.content",
	[S_FILES_MOVE] = "UPDATE ows_file SET item = ? WHERE list = ? AND item = ?",
	[S_FILE_READ] = "SELECT p.seq, p.data FROM ows_file f STRAIGHT_JOIN ows_file_part p "
	    "ON p.content = f.content WHERE f.list = ? AND f.guid = ? AND f.version = ? "
	    "AND p.seq BETWEEN ? AND ? ORDER BY p.seq",
	[S_PURGE_FILES] = "DELETE f, p FROM ows_file f LEFT JOIN ows_item i ON i.list = f.list "
	    "AND i.id = f.item LEFT JOIN ows_file_part p ON p.content = f.content "
	    "WHERE f.list = ? AND ((f.gone > 0 AND f.gone < ?) OR i.id IS NULL "
	    "OR (i.gone <> 0 AND i.modified < ?))",
	[S_LEASE_MAKE] = "INSERT IGNORE INTO ows_lease (name) VALUES (?)",
	[S_LEASE_TAKE] = "UPDATE ows_lease SET until = UNIX_TIMESTAMP() + ?, holder = ? "
	    "WHERE name = ? AND (holder = ? OR until < UNIX_TIMESTAMP())",
	[S_TABLE_COLUMNS] = "SELECT column_name, data_type, column_type, is_nullable, "
	    "column_default IS NOT NULL OR extra LIKE '%auto_increment%', "
	    "character_maximum_length, character_set_name, collation_name, "
	    "numeric_precision, numeric_scale, datetime_precision, "
	    "extra LIKE '%auto_increment%', extra LIKE '%GENERATED%' "
	    "FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
};
_Static_assert(sizeof(text) / sizeof(*text) == STMT__MAX, "a text per statement");

const char *
stmt_text(enum stmt s)
{
	return text[s];
}
