/*
 * change.h -- one run of one change, and the steps that its commands share.
 * Private to apply.c, attach.c, the files change*.c, and the rules of kinds (kind.h).
 *
 * Steps return OK to go on. E_RETRY: begin the transaction again. Anything else
 * is the outcome, with r->e filled; the transaction is aborted by apply.c.
 */
#ifndef SYNC_CHANGE_H
#define SYNC_CHANGE_H

#include "apply.h"
#include "kind.h"

struct change_run {
	struct engine *g;
	const struct list *l;
	const struct principal *who;
	const struct command_request *c;    /* as a kind's rules translated it */
	const struct command_request *sent; /* as the client said it */
	enum outcome (*attempt)(struct change_run *r); /* NULL: what the command says */
	struct command_result *out;
	struct err *e;             /* = &out->err */
	unsigned char digest[HASH_LEN];
	struct list_state st;
	int64_t now;
	bool was_uncertain;        /* a COMMIT was lost: it may still come true, late */
	struct item item;          /* as compared */
	struct row row;            /* as compared, then as written */
	/* A row that is written too, because an inner item hangs on it: change_lock_owner. */
	struct item owner;         /* id 0: none */
	struct row owner_row;
	struct below below;        /* what goes with a deleted item */
	/* The series that the change was judged by: compared again under the list's lock. 0: none. */
	uint32_t series, series_version;
};

/* ---- apply.c ---- */

/*
 * Transactions until one is done with or nothing helps; fills r->out->outcome. A
 * lost COMMIT is settled by the receipt: r->digest is this very change's.
 */
void change_try(struct change_run *r);

/* ---- change_value.c ---- */

/* Fill r->digest: who, where, which, expecting what, saying what. */
void change_digest(struct change_run *r);
/* Every value fits its column. */
enum outcome change_check(struct change_run *r) WARN_UNUSED;
/* sent is what a client was shown of current, or one of NULL and the empty string for the other. */
bool change_says_nothing_new(struct change_run *r, struct str sent, struct str current);
/* The cells whose value differs from r->row's, in the form to be written. */
struct cell *change_cells(struct change_run *r, size_t *n);
/* No written value was dropped by the view. before: the row, NULL of a new one. */
enum outcome change_taken(struct change_run *r, const struct row *before,
    const struct cell *cell, size_t n) WARN_UNUSED;
/* The history that was sent, NULL p when there was none that can be kept. */
struct str change_sent_history(const struct change_run *r);
/* The next version; its history is the one that was sent, else ours goes on. */
void change_raise(struct change_run *r, struct item *item);

/* ---- change.c ---- */

/*
 * The item and its row, locked, and equal to what the client saw. *done: a
 * replay; the result is filled.
 */
enum outcome change_lock_compared(struct change_run *r, bool *done) WARN_UNUSED;
/* The row as it stands now into r->row; announced[]: this key's inbox rows. */
enum outcome change_reread(struct change_run *r, struct str key, struct inbox_row **announced,
    size_t *n) WARN_UNUSED;
/* The list's row, last of all locks. */
enum outcome change_lock_list(struct change_run *r) WARN_UNUSED;
/* Under the list's lock: the item is still the one that was compared. */
enum outcome change_check_unmoved(struct change_run *r) WARN_UNUSED;
/* Number the change, leave the receipt, forget our own announcements, commit. */
enum outcome change_finish(struct change_run *r, enum change_kind kind, struct item *item,
    bool is_new, const struct inbox_row *announced, size_t announced_n) WARN_UNUSED;
/* The row is not what the item remembers: number that first; E_RETRY. */
enum outcome change_catch_up(struct change_run *r) WARN_UNUSED;
/* This very change was applied before (to this item, unless NULL: then r->item.id is set). */
enum outcome change_find_receipt(struct change_run *r, const struct item *item, bool *found)
    WARN_UNUSED;
/* Equal values are no change: version and log stay, only what is quiet is kept. */
enum outcome change_update_quietly(struct change_run *r, struct str bag) WARN_UNUSED;
/* If the inner items of that row have to follow, its key goes into the inbox. before NULL: New. */
enum outcome change_announce(struct change_run *r, const struct row *before,
    const struct item *item) WARN_UNUSED;
/* item and r->row into the result. */
void change_show(struct change_run *r, const struct item *item);
/* The current state of item id into the result; not inside a transaction. */
enum outcome change_show_current(struct change_run *r, uint32_t id) WARN_UNUSED;
/* The same after a change that is known to be saved: never as if it were lost. */
enum outcome change_show_saved(struct change_run *r, uint32_t id) WARN_UNUSED;

/* Translate and check by the rules of the kind. item: NULL of New. */
enum outcome change_by_kind(struct change_run *r, const struct item *item) WARN_UNUSED;
/*
 * Lock the row with that key into r->owner_row, its item into r->owner. E_NOT_FOUND
 * when there is none; E_RETRY when something had to be numbered first.
 */
enum outcome change_lock_owner(struct change_run *r, struct str key) WARN_UNUSED;
/* r->c's cells as properties behind its own: what an inner item keeps. */
const struct property *change_inner_properties(struct change_run *r, size_t *n);

/* ---- change_inner.c ---- */

/* place: where the New belongs. */
enum outcome change_inner_new(struct change_run *r, const struct place *place) WARN_UNUSED;
/* r->c->id is of an inner item (r->item). */
enum outcome change_inner_update(struct change_run *r) WARN_UNUSED;
enum outcome change_inner_delete(struct change_run *r) WARN_UNUSED;
/* Rows that go along: deleted, and announced so that harvest numbers them. */
enum outcome change_delete_below(struct change_run *r, const struct item *item) WARN_UNUSED;

/* ---- change_new.c ---- */

enum outcome change_new(struct change_run *r) WARN_UNUSED;

#endif
