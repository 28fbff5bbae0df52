/*
 * status.h -- what the sync database knows of its lists, for the operator.
 */
#ifndef DB_STATUS_H
#define DB_STATUS_H

#include "open.h"

struct list_status {
	bool is_installed;
	uint32_t no;
	bool is_ready;
	uint64_t items;          /* live and good */
	uint64_t tombstones;
	uint64_t head;
	uint64_t inbox;          /* keys waiting */
	uint64_t bad;            /* rows that cannot be shown */
	int64_t scanned;         /* UTC seconds of the last full scan, 0 never */
	int64_t now;             /* of the database */
	bool has_triggers;       /* all that it wants; true when it wants none */
	const char *missing;     /* table of the first one that is missing, or NULL */
	const char *trouble;     /* why the daemon cannot read the view, with the cure; NULL: it can */
	size_t bad_n;            /* of these, the first ones */
	const char **bad_key, **bad_reason;
};

/* conf: the daemon's account; bad_max: most bad rows to name. E_UNAVAILABLE when there is no sync database. */
enum outcome status_list(const struct store_conf *conf, const struct list *l, unsigned bad_max,
    struct arena *a, struct list_status *out, struct err *e) WARN_UNUSED;

/* Why the daemon's account cannot read the table of users, with the cure; *trouble NULL: it can. */
enum outcome status_users(const struct store_conf *conf, const struct people_conf *c,
    struct arena *a, const char **trouble, struct err *e) WARN_UNUSED;

#endif
