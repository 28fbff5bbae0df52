/*
 * kind.h -- what is special about a kind of list.
 *
 * Most items belong to a row of the view. An inner item has none: its whole
 * content is its bag, values of fields in canonical form under the vocabulary's
 * names. Its key is the key of the row it hangs on, KEY_INNER, and which one:
 *   deleted or changed instance of a series   <row> 0x1E 20260406T070000Z
 *   folder of a document library              0x1E a/b          (on no row)
 *
 * Harvest is the only place where inner items follow from rows: it asks `want`
 * and `keeps` for every row that it numbers. So a change by a client that moves
 * a series or empties a thread only has to put the row's key into the inbox,
 * in its own transaction: the next answer of any worker harvests first.
 */
#ifndef SYNC_KIND_H
#define SYNC_KIND_H

#include "engine.h"

struct change_run;

#define KEY_INNER '\x1e'

/* The key is of an inner item. owner (may be NULL): the row's key, may be empty; tail: which one. */
bool key_is_inner(struct str key, struct str *owner, struct str *tail);
struct str key_of_inner(struct arena *a, struct str owner, struct str tail);

/* An inner item that a row implies. */
struct inner {
	struct str key;
	struct str bag;       /* what it must say; what else the item says stays */
	bool has_uid;
	struct guid uid;
	uint8_t place;
};

/* Items by key while a harvest writes them: the batch's own first, then the store's. NULL: none live. */
struct family {
	struct engine *g;
	const struct list *l;
	enum outcome (*item_of)(struct family *f, struct str key, const struct item **out,
	    struct err *e);
	enum outcome (*row_of)(struct family *f, struct str key, const struct row **out,
	    struct err *e); /* structural values only; NULL: none good */
	/* Live items with that uid; bad ones too. */
	enum outcome (*items_of)(struct family *f, const struct guid *uid, struct item **out,
	    size_t *n, struct err *e);
	bool is_first;    /* the list is being numbered for the first time */
	bool may_retry;   /* of one change by a client that may join others: E_RETRY looks again */
	bool made_room;   /* of a New by a client, behind place(): E_RETRY makes room again */
	size_t asked;     /* keys that rules put into the inbox */
	void *memo;       /* of the kind's rules, as long as this family is asked */
};

/* For use outside of a harvest: straight from the store. */
void family_open(struct family *f, struct engine *g, const struct list *l);
/* The items of these keys have changed, because another one has: harvest is to settle them again. */
enum outcome family_ask(struct family *f, const struct str *keys, size_t n, struct err *e)
    WARN_UNUSED;

/* A value that show() gives for a field, in canonical form; NULL p: none. */
struct shown {
	enum field field;
	struct str value;
	bool is_floating;            /* a day of no time zone: written as it is */
};
#define SHOWN_MAX 16

/* Where a New belongs. */
struct place {
	bool is_inner;
	struct str key;              /* of the inner item, */
	struct str bag;              /* what it says besides what was sent, */
	bool has_uid;                /* and what it belongs to */
	struct guid uid;
	uint8_t place;
	struct str owner;            /* row that is written too, locked by change_lock_owner; NULL p: none */
	size_t owner_cell_n;
	struct cell *owner_cell;     /* what changes in that row */
	size_t cell_n;               /* of a row: cells besides those that were sent */
	struct cell *cell;
};

struct below {
	size_t key_n;
	struct str *key;             /* rows: deleted in this order, before the item's own */
	size_t inner_n;
	struct item *inner;          /* live inner items */
};

/* refuse: the row belongs to another one that is not there. Its item goes, if it has one. */
extern const char kind_gone[];

struct kind_rules {
	/*
	 * A row that no client could be shown, by itself: why, without a full stop; NULL: it is
	 * good. Asked wherever rows are read. On the arena, or for ever.
	 */
	const char *(*bad)(struct arena *a, const struct list *l, const struct row *row);

	/* ---- harvest, and changes by clients, under the list's lock ---- */

	/*
	 * Why a row that is good by itself cannot stand beside the items that are there;
	 * *why stays NULL: it can. For the DBA the row is bad then, a client's change is
	 * refused: a sentence without its full stop. row NULL: a new inner item.
	 */
	enum outcome (*refuse)(struct family *f, const struct row *row, const struct item *item,
	    const char **why, struct err *e);
	/* The item of a good row is about to be written, new or because the row differs: uid, own properties. */
	enum outcome (*settle)(struct family *f, const struct row *row, struct item *item,
	    struct err *e);
	/* The row of a live item has gone from the view. */
	enum outcome (*vanish)(struct family *f, const struct item *item, struct err *e);
	/* The inner items that a good row implies. */
	enum outcome (*want)(struct family *f, const struct row *row, const struct item *item,
	    struct inner **out, size_t *n, struct err *e);
	/*
	 * Inner items that came before that row and hang on none: with the key and the bag
	 * that they have on it, or with another state than ITEM_LIVE where they cannot stay.
	 * row NULL: it has gone.
	 */
	enum outcome (*adopt)(struct family *f, const struct row *row, const struct item *item,
	    struct item **out, size_t *n, struct err *e);
	/* An inner item of that row which is not wanted stays all the same. item NULL: the row has gone. */
	bool (*keeps)(struct family *f, const struct row *row, const struct item *item,
	    const struct item *inner);

	/* ---- changes by clients, inside their transaction ---- */

	/* A value makes no sense; E_INVALID with a sentence. item: of Update (r->row its row), NULL of New. */
	enum outcome (*check)(struct change_run *r, const struct item *item);
	/* Replace r->c by what is to be written: other forms of values, values that follow from others. */
	enum outcome (*translate)(struct change_run *r, const struct item *item);
	/* May lock a row that is written too: change_lock_owner. NULL, or nothing said: a row of its own. */
	enum outcome (*place)(struct change_run *r, struct place *out);
	/* An Update or Delete of an inner item changes these cells of its owner's row. */
	enum outcome (*owner)(struct change_run *r, const struct item *inner, struct place *out);
	/*
	 * What goes with a deleted item besides its own row; inner items on a row go by
	 * themselves. May write rows that stay and hung on it.
	 */
	enum outcome (*below)(struct change_run *r, const struct item *item, const struct row *row,
	    struct below *out);
	/* The row's inner items may have to follow what was written. before NULL: New. */
	bool (*moves)(struct change_run *r, const struct row *before, const struct item *item);

	/* ---- answers ---- */

	/* Fields whose value show() gives, in place of column and bag; FIELD__MAX ends. */
	const enum field *shows;
	size_t (*show)(const struct vocabulary *v, struct arena *a, const struct list *l,
	    const struct item *item, const struct row *row, struct shown out[SHOWN_MAX]);
	/* Nobody may change this one item, although the list can be written. */
	bool (*is_fixed)(const struct item *item);
};

/* Never NULL; a rule that a kind does not have is. */
const struct kind_rules *kind_rules(const struct list *l);
extern const struct kind_rules calendar_rules, discussion_rules, document_rules, task_rules;

/*
 * A canonical value of an item: of its column, or kept in its bag. NULL p when
 * there is none. row may be NULL.
 */
struct str kind_value(const struct vocabulary *v, const struct list *l, const struct item *item,
    const struct row *row, enum field f);
/* The value that a change sends for a field; false: it sends none. */
bool kind_sent(const struct change_run *r, enum field f, struct str *out);
/*
 * Who makes a new item, for the column of its author: the login, or the number in
 * the table of users where the column holds numbers. False: no such column, or
 * nothing is known that it could hold.
 */
bool kind_author(struct change_run *r, struct cell *out);
/* The value after the change: sent, else the item's. item NULL: New. */
struct str kind_after(const struct change_run *r, const struct item *item, enum field f);

#endif
