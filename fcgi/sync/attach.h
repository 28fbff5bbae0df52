/*
 * attach.h -- files attached to items: found by name, added, replaced and
 * removed, each as one change of the item (design rule 7 and 8).
 */
#ifndef SYNC_ATTACH_H
#define SYNC_ATTACH_H

#include "access.h"
#include "engine.h"

/* ---- attached.c: what an item says of its files (item.files) ---- */

struct attached {
	struct str name;      /* as it was first spelled */
	struct guid guid;     /* permanent */
	uint32_t version;     /* from 1 */
	uint64_t size;        /* bytes */
};

#define ATTACHED_TOKEN 50 /* bytes of the text below, NUL included */

/* Walk: start with *at = 0. False at the end. Borrowed from files. */
bool attached_next(struct str files, size_t *at, struct attached *out);
/* By name, without regard to case. */
WARN_UNUSED bool attached_find(struct str files, struct str name, struct attached *out);
/* The same name, without regard to case. */
bool attached_is_same_name(struct str a, struct str b);
/* What an item says of a file; its name is said beside it. On the arena. */
struct str attached_value(struct arena *a, const struct file *f);
/* "{GUID},3": one version of one file. Returns out. */
char *attached_token(const struct attached *f, char out[ATTACHED_TOKEN]);
/*
 * A name that a file may have: UTF-8, 1 to LIMIT_FILE_NAME characters, none of
 * " # % & * : < > ? / \ { | } ~ and no control, no '.' or blank at an end, no "..".
 * NULL, or why not: the rest of a sentence about the name.
 */
const char *attach_name_why_not(struct str name);
/* Lists of that kind have attachments: all but documents, which are files themselves. */
bool attach_is_offered(const struct list *l);

/* ---- changes ---- */

enum attach_command {
	ATTACH_ADD,           /* a new name */
	ATTACH_PUT,           /* new bytes for a name, which may be new */
	ATTACH_REMOVE
};

struct attach_request {
	enum attach_command command;
	uint32_t item;
	struct str name;
	const struct file_bytes *bytes; /* of Add and Put */
	/*
	 * Put, Remove: only this very version, which the client saw. NULL: whatever is
	 * there; what nobody has seen replaced is then kept for a while.
	 */
	const struct attached *expected;
	/* Put: E_CONFLICT unless these very bytes are there already, by this user. */
	bool is_repeat;
};

struct attach_result {
	/*
	 * OK; E_NOT_FOUND (no such item; Remove: no such file); E_CONFLICT (Add: the name
	 * is taken; else the version is another); E_DENIED; E_LIMIT; E_INVALID;
	 * E_UNAVAILABLE; E_FAILED
	 */
	enum outcome outcome;
	struct err err;
	bool is_new;          /* Put made a file */
	struct attached file; /* as it is now, of Add and Put */
};

/* Always fills *out; retries deadlocks; on the engine's arena. The list offers attachments. */
void attach_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct attach_request *q, struct attach_result *out);

/* Files of the item with that key are in the list's own table. */
bool attach_is_own_table(const struct list *l, struct str key);
/*
 * Under the list's lock: what item says of its files becomes what that table holds;
 * versions are numbered. Other items: nothing. !writes: no lock, nothing is
 * written, item->files alone is filled. *changed: it said something else.
 */
enum outcome attach_follow(struct engine *g, const struct list *l, struct item *item, int64_t now,
    bool writes, bool *changed, struct err *e) WARN_UNUSED;

/*
 * A live item that may be shown, with its files; E_NOT_FOUND with a sentence.
 * What is committed is numbered first, so that its files are those of now.
 */
enum outcome attach_item(struct engine *g, const struct list *l, uint32_t id, struct item *out,
    struct err *e) WARN_UNUSED;

#endif
