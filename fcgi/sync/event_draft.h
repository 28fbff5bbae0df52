/*
 * event_draft.h -- a client's change of an event on its way into columns and bag.
 *
 * Private to event_change.c, event_write.c and event_draft.c.
 */
#ifndef SYNC_EVENT_DRAFT_H
#define SYNC_EVENT_DRAFT_H

#include "change.h"
#include "event.h"

struct draft {
	struct change_run *r;
	struct calendar c;
	struct family family;
	const struct item *item;     /* NULL of New */
	bool is_inner;               /* no row will keep it */
	struct event was;            /* of an Update */
	struct event ev;             /* as it will be */
	struct event_master master;  /* of an instance */
	struct command_request *out; /* what is to be written */
	size_t cell_n, property_n;
	struct cell *cell;
	struct property *property;
};

/* A copy of what was sent, to be edited. */
void draft_open(struct draft *d, struct change_run *r, const struct item *item);
/* It is what the change says from now on. */
void draft_close(struct draft *d);
bool draft_sent(const struct draft *d, enum field f, struct str *value);
/* The field gets that value, in its column or the bag. */
void draft_put(struct draft *d, enum field f, struct str value);
/* A time: of all-day events as the column has days. NO_TIME: none. */
void draft_put_time(struct draft *d, enum field f, int64_t t);
/* What was sent of the field says nothing new. */
void draft_drop(struct draft *d, enum field f);
/* A property of the engine's own; value NULL p: none. quiet: no change by itself. */
void draft_own(struct draft *d, const char *name, struct str value, bool is_quiet);
enum outcome draft_refuse(struct draft *d, const char *why) WARN_UNUSED;

/* ---- event_write.c: what changes, in the list's form ---- */

enum outcome draft_write_plain(struct draft *d) WARN_UNUSED;
enum outcome draft_write_rule(struct draft *d) WARN_UNUSED;

/* Rows of instances that a change of another item takes along; E_INVALID where rows may not be deleted. */
enum outcome event_drop_rows(struct change_run *r, const struct str *key, size_t n) WARN_UNUSED;

#endif
