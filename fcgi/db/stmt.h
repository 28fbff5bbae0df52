/*
 * stmt.h -- all SQL of the engine, in one table.
 *
 * Statements that read a source are built per list (view.h).
 */
#ifndef DB_STMT_H
#define DB_STMT_H

#include "db.h"

/* Columns of an item, in the order in which items.c reads them. */
#define ITEM_COLUMNS "i.id, i.version, i.guid, i.skey, i.state, i.is_bad, i.print, i.changed, " \
	"i.created, i.modified, i.author, i.editor, i.history, i.bag, i.uid, i.place, i.files"
#define ITEM_COLUMN_N 17

/* Keys are asked for in blocks of these sizes; a block is filled up with its last key. */
#define KEY_BLOCK_S 16
#define KEY_BLOCK_L 128

#define FILE_PART_BYTES (512 * 1024) /* of a file, in one row of ows_file_part */
#define FILES_KEPT 20                /* versions that were overwritten or removed, per item */

enum stmt {
	S_SCHEMA_VERSION,
	S_LIST_NO,
	S_PEEK,
	S_LOCK,
	S_SAVE,
	S_SCANNED,
	S_INBOX,
	S_INBOX_OF,
	S_INBOX_ADD,
	S_INBOX_DELETE,
	S_ITEM,
	S_ITEMS_OF_1,
	S_ITEMS_OF_S,
	S_ITEMS_OF_L,
	S_INNER,
	S_ITEMS_BY_UID,
	S_ITEM_INSERT,
	S_ITEM_UPDATE,
	S_ITEM_REKEY,
	S_ITEMS_RAISE,
	S_CHANGES_FORGET,
	S_CHANGE_ADD,
	S_TICKS,
	S_BAD_SET,
	S_BAD_CLEAR,
	S_REF_GET,
	S_REF_ADD,
	S_RECEIPT_GET,
	S_RECEIPT_ADD,
	S_PURGE_REFS,
	S_PURGE_ITEMS,
	S_PURGE_CHANGES,
	S_PURGE_RECEIPTS,
	S_PART_ADD,
	S_FILE,
	S_FILES_OF,
	S_FILE_KEY,
	S_FILE_ADD,
	S_FILE_KEEP,
	S_FILE_DROP,
	S_FILES_TRIM,
	S_FILES_MOVE,
	S_FILE_READ,
	S_PURGE_FILES,
	S_LEASE_MAKE,
	S_LEASE_TAKE,
	S_TABLE_COLUMNS,
	STMT__MAX
};

const char *stmt_text(enum stmt s);

#endif
