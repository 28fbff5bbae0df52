/*
 * item.h -- one item of a list as the sync database keeps it, and the row of
 * the source that belongs to it.
 */
#ifndef SYNC_ITEM_H
#define SYNC_ITEM_H

#include <stdint.h>
#include "guid.h"
#include "hash.h"
#include "str.h"

enum item_state {
	ITEM_LIVE,
	ITEM_GONE_SOURCE, /* tombstone: the source deleted the row */
	ITEM_GONE_CLIENT  /* tombstone: a client deleted it */
};

struct item {
	uint32_t id;                  /* per list, from 1, never reused */
	uint32_t version;             /* from 1 */
	struct guid guid;
	struct str key;               /* text of the source key */
	enum item_state state;
	bool is_bad;                  /* the row is unusable; clients keep the last good state */
	unsigned char print[HASH_LEN];/* fingerprint of the last good row */
	uint64_t changed;             /* number of its newest change */
	int64_t created, modified;    /* UTC seconds */
	struct str author, editor;    /* logins; empty: the source */
	struct str history;           /* edit history as a client sent it or we bumped it; empty: "<list>:version" */
	struct str bag;               /* packed properties, see bag.h; names with ':' in front are the engine's own */
	bool has_uid;
	struct guid uid;              /* what binds items together: a series and its exceptions, a thread */
	uint8_t place;                /* order among the items of one uid */
	struct str files;             /* attachments, packed like a bag: name = "{GUID},<version>,<bytes>" */
};

enum row_state {
	ROW_ABSENT,
	ROW_GOOD,
	ROW_BAD      /* cannot be shown: reason says why, for the DBA */
};

/* A row of the view. value[i] belongs to list->column[i], in canonical form; NULL p: SQL NULL. */
struct row {
	enum row_state state;
	struct str key;               /* exactly as the view gives it */
	struct str *value;            /* all NULL of an inner item (kind.h): its values are in its bag */
	unsigned char print[HASH_LEN];
	int64_t created, modified;    /* of mapped columns; INT64_MIN when there is none */
	const char *reason;           /* ROW_BAD */
};

struct file_bytes; /* store.h */

/* One column to write. */
struct cell {
	size_t column;                /* index into list->column */
	struct str value;             /* canonical; NULL p: SQL NULL */
	const struct file_bytes *bytes; /* FIELD_CONTENT: what value describes */
};

#endif
