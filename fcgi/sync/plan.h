/*
 * plan.h -- what must this client be told: everything, a difference, or to
 * start again. Rows are handed to a callback while one snapshot is read; what
 * stands before the rows on the wire (token, counts, more) is known when
 * plan_changes returns, so the caller spools rows first.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "access.h"
#include "engine.h"
#include "token.h"

struct plan_request {
	struct str token;      /* empty: first download */
	struct str cursor;     /* first download, a later page; empty: page 1 */
	uint32_t limit;        /* rows; 0: no limit (the difference has its own) */
	bool is_descending;    /* first download by falling ID */
	/*
	 * Only events whose participants list this person; 0: all. In a difference,
	 * one that no longer does is gone for this client.
	 */
	uint32_t participant;
	bool is_grouped;       /* first download in one answer: a series before its instances */
};

struct plan_sink {
	void *arg;
	/* A live item with its row. version and history are what the client is to see. */
	enum outcome (*item)(void *arg, const struct item *item, const struct row *row,
	    struct err *e);
	/* An item the client must drop. */
	enum outcome (*gone)(void *arg, uint32_t id, const struct guid *guid, struct err *e);
};

struct plan_result {
	struct token token;
	bool is_restart;       /* the token cannot be honoured: drop everything, come again without */
	bool has_more;         /* of a difference */
	bool has_schema;       /* the list's definition goes into the answer */
	bool has_cursor;
	struct cursor cursor;  /* of the next page of a first download */
	uint32_t item_n, gone_n;
	struct list_state state;
};

/*
 * E_INVALID: token or cursor does not parse, or the cursor is not ours.
 * E_UNAVAILABLE: the list is being prepared, or the database is away.
 */
enum outcome plan_changes(struct engine *g, const struct list *l, const struct principal *who,
    const struct plan_request *q, const struct plan_sink *to, struct plan_result *out,
    struct err *e) WARN_UNUSED;

/*
 * Number what is committed, as far as one poll goes, so that what is read of an
 * item next has its version. E_UNAVAILABLE as above.
 */
enum outcome plan_refresh(struct engine *g, const struct list *l, struct list_state *out,
    struct err *e) WARN_UNUSED;

/* State for pages and GetList: no rows. Harvests nothing. */
enum outcome plan_state(struct engine *g, const struct list *l, struct list_state *out,
    struct err *e) WARN_UNUSED;

#endif
