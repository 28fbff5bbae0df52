/*
 * event_when.h -- when the events of a calendar take place: what a page needs
 * that shows a month.
 */
#ifndef SYNC_EVENT_WHEN_H
#define SYNC_EVENT_WHEN_H

#include "access.h"
#include "engine.h"

#define EVENT_WHEN_MAX 1000 /* events and series looked at for one span */

struct occurrence {
	const struct item *item;   /* of the event, the series, or the changed instance */
	struct str title;
	int64_t start, end;        /* UTC; of an all-day event days that float, as if UTC, end 23:59 */
	bool is_all_day;
};
typedef void event_each(void *arg, const struct occurrence *o);

/*
 * Every time that an event of this calendar takes place and touches [from, to),
 * in no order; what `each` is given lives until the function returns. *is_cut:
 * there were more than EVENT_WHEN_MAX events, or more than memory holds.
 */
enum outcome event_when(struct engine *g, const struct list *l, const struct principal *who,
    int64_t from, int64_t to, event_each *each, void *arg, bool *is_cut, struct err *e)
    WARN_UNUSED;

#endif
