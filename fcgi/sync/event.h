/*
 * event.h -- what an item of a calendar says, whatever keeps it.
 *
 * MS-OUTSPS 3.2.1.1 (kinds of events), RFC 5545 3.8.5 (recurrence). Clients know
 * four types of item: single event, series, and the deleted and the changed
 * instance of a series. Three forms of list keep them:
 *   EVENT_BAG   nothing of recurrence is mapped: a series' pattern is in the bag of
 *               its row's item, instances are inner items of it
 *   EVENT_ROWS  columns as SharePoint has them: instances are rows
 *   EVENT_RULE  a column has an RRULE: pattern, zone and end of a series are made of
 *               it; what a client sent is shown as long as the row says the same.
 *               Changed instances are rows where RecurrenceId and Parent are mapped,
 *               deleted ones entries of ExDate where that is; else inner items
 *
 * Own properties of items (kind.h):
 *   :series  of an instance: the print of the series that it was made for
 *   :rule    of a series' row: the print of the row whose kept texts are in the bag
 *   :end     its end as the client said it
 *   :adopted of an instance that came before its series: no entry of ExDate stands for it
 *   :purge   changes when a client asks to drop the instances
 *   :shown   of a series' row: what clients see, as long as the row is the same
 *   :fixed   the rule has no counterpart among clients: items that nobody changes
 *   :said    start and end of a series' row as a client said them (EVENT_BAG)
 *   :fit     the row says something else since: the start to show
 *   :broken  the pattern in the bag does not occur with the row's start: shown single
 *   :uid, :master, :zone, :number   of a row that is an instance: of its series
 *   :waits   of such a row: that series had no item yet
 *   :made    of a series' row beside rows that are its instances: its print
 *   :place   of such a row: its instance, and where that is now
 *
 * Private to kind_calendar.c and event*.c.
 */
#ifndef SYNC_EVENT_H
#define SYNC_EVENT_H

#include "kind.h"
#include "pattern.h"

#define NO_TIME INT64_MIN
#define PRINT_TEXT 33  /* bytes of a print as text, NUL included */

enum event_form { EVENT_BAG, EVENT_ROWS, EVENT_RULE };
enum event_type { EVENT_SINGLE = 0, EVENT_SERIES = 1, EVENT_DELETED = 3, EVENT_CHANGED = 4 };

struct calendar {
	const struct vocabulary *v;
	struct arena *a;
	const struct list *l;
};

/* As clients see it; times of all-day events are days that float, kept as if UTC. */
struct event {
	enum event_form form;
	int type;
	bool is_inner;          /* has no row */
	bool is_all_day;
	bool is_fixed;          /* a series that is shown as single events */
	int64_t start, end;     /* NO_TIME: not said; all-day: 00:00 and 23:59 */
	int64_t instance;       /* of EVENT_DELETED, EVENT_CHANGED; else NO_TIME */
	bool has_guid;          /* uid is a GUID */
	struct guid guid;
	struct str uid;         /* of the series; NULL p: none */
	struct str pattern, zone_text, master;
	/* of a series, after event_series; of EVENT_RULE always: */
	bool has_series;
	struct series series;
	/* EVENT_RULE, of a row: */
	struct str rule;        /* in its one spelling; empty: none */
	struct str zone_name;   /* of the column, else of the list */
	int64_t row_start, row_end; /* of the first instance, as the row says */
};

/* ---- event.c ---- */

enum event_form event_form(const struct list *l);
/* Changed instances are rows of an EVENT_RULE list. */
bool event_has_overrides(const struct list *l);
/* False: no client could be shown this: why. item may be NULL, row may be NULL of an inner item. */
WARN_UNUSED bool event_read(const struct calendar *c, const struct item *item,
    const struct row *row, struct event *ev, const char **why);
bool event_is_all_day(const struct calendar *c, const struct item *item, const struct row *row);
/* Fill ev->series of a series. False: the pattern cannot be read, or never occurs: why. */
WARN_UNUSED bool event_series(const struct calendar *c, struct event *ev, const char **why);
/* Seconds, as clients compute them. */
int64_t event_duration(const struct event *ev);
/* What clients are shown of FIELD_ZONE_NUMBER. */
struct str event_zone_number(const struct calendar *c, const struct item *item,
    const struct row *row, const struct event *ev);
/* A time of an all-day event as the field's column holds it. */
int64_t event_to_column(const struct list *l, enum field f, int64_t t);
/* The reverse: what the column says, as if it were UTC. */
int64_t event_from_column(const struct list *l, enum field f, int64_t t);
/* The instance that a client means: exactly, or on that day. */
bool event_instance(const struct event *series, int64_t asked, int64_t *out);
int64_t event_day(int64_t t);
/* Start and end, for ":said". */
struct str event_said(const struct calendar *c, const struct event *ev);
/* Canonical text of an instant. */
struct str event_stamp(struct arena *a, int64_t t);
bool event_parse(struct str text, int64_t *t);

/* ---- event_rule.c ---- */

/* Of a row with a rule: start, end, pattern and zone as clients see them. */
WARN_UNUSED bool event_derive(const struct calendar *c, const struct item *item,
    const struct row *row, struct event *ev, const char **why);
/*
 * The UID of a series in that row that nobody has named: another one whenever what makes
 * it differs; ev NULL: the same for ever.
 */
struct str event_made_uid(const struct calendar *c, const struct event *ev, struct str key);
/* The rule in the one spelling of all that mean the same. */
struct str event_rule_text(const struct calendar *c, const struct series *s);
/* What makes the series of a row in an EVENT_RULE list, without its excepted dates. */
void event_rule_print(const struct calendar *c, const struct event *ev, char out[PRINT_TEXT]);
/* What makes a series for its instances; "" of any other event. */
struct str event_series_print(
    const struct calendar *c, const struct item *item, const struct event *ev);
/* The end of a series; of one without end the same for all far days. */
int64_t event_end_meant(const struct calendar *c, const struct event *ev);
/* Start and end of the series' last instance as EndDate says it. */
int64_t event_series_end(const struct series *s, int64_t start, bool is_all_day);
/* The excepted dates of a row; none where the column is not mapped or empty. */
WARN_UNUSED bool event_exdates(const struct calendar *c, const struct event *ev,
    const struct row *row, struct exdates *out, const char **why);

/* ---- event_cache.c ---- */

/* What is kept of a series with a rule, for ":shown"; NULL p: nothing. */
struct str event_cache_make(const struct calendar *c, const struct item *item,
    const struct row *row, const struct event *ev);
/* False: nothing is kept, or of another row. What clients see is filled, the series is not. */
WARN_UNUSED bool event_cache_read(const struct calendar *c, const struct item *item,
    const struct row *row, struct event *ev, struct str *number);

/* ---- event_show.c ---- */

extern const enum field event_shows[];
size_t event_show(const struct vocabulary *v, struct arena *a, const struct list *l,
    const struct item *item, const struct row *row, struct shown out[SHOWN_MAX]);

/* ---- event_family.c ---- */

/* The series that an instance belongs to. */
struct event_master {
	bool is_found;
	bool is_bad;            /* there is one, and its row cannot be shown at present */
	size_t together, bytes; /* items with its uid, and what they say */
	struct item item;
	struct row row;
	struct event event;
};

/* More instances than this server takes at once must not stop the list: none follow, and it is logged. */
enum outcome event_not_too_many(struct family *f, enum outcome o, size_t *n, const struct err *e)
    WARN_UNUSED;
/* By the uid, else by the item's number. */
enum outcome event_master(struct family *f, const struct calendar *c, const struct event *ev,
    struct event_master *out, struct err *e) WARN_UNUSED;
/*
 * *why: the start of a changed instance lies beyond that of the one before or after it,
 * or on the same day. id: its own item, 0: none yet.
 */
enum outcome event_fits(struct family *f, const struct calendar *c, const struct event_master *m,
    int64_t instance, int64_t start, uint32_t id, const char **why, struct err *e)
    WARN_UNUSED;

/* *why: another row replaces the same instance already. */
enum outcome event_twice(struct family *f, const struct calendar *c,
    const struct event_master *m, int64_t instance, uint32_t id, const char **why,
    struct err *e) WARN_UNUSED;

/* A row that is numbered replaces that instance. An error is met again by whoever asked. */
bool event_has_row(struct family *f, const struct calendar *c, const struct event_master *m,
    int64_t instance);

/*
 * What is kept in family.memo while a batch is numbered: the series asked for last, by
 * a key of the caller's, and the places of its instances. To be told of what changes.
 */
void event_forget(struct family *f);
bool event_master_kept(struct family *f, struct str key, struct event_master *out);
void event_master_keep(struct family *f, struct str key, const struct event_master *master);
void event_place_gone(struct family *f, uint32_t id);
void event_place_taken(struct family *f, const struct guid *uid, uint32_t id, int64_t from,
    int64_t to);
/* For ":place". to NO_TIME: deleted. */
struct str event_place_write(struct arena *a, int64_t from, int64_t to);

/* ---- event_override.c ---- */

/* A row that says it is an instance: of which series, for whom it is asked. */
struct event_override {
	struct event ev;
	struct event_master master;
	bool is_one;
	bool is_alone;  /* it says so, and its series is not there */
	bool waits;     /* its series is there, and cannot be shown */
	int64_t instance;
};
enum outcome event_override_read(struct family *f, const struct calendar *c, const struct row *row,
    const struct item *item, struct event_override *out, struct err *e) WARN_UNUSED;

/* ---- event_want.c ---- */

enum outcome event_want(struct family *f, const struct row *row, const struct item *item,
    struct inner **inner, size_t *n, struct err *e) WARN_UNUSED;
bool event_keeps(struct family *f, const struct row *row, const struct item *item,
    const struct item *inner);
/* Instances of that series which no row had: they came before it. */
enum outcome event_strays(struct family *f, const struct guid *uid, struct item **out, size_t *n,
    struct err *e) WARN_UNUSED;
enum outcome event_adopt(struct family *f, const struct row *row, const struct item *item,
    struct item **out, size_t *n, struct err *e) WARN_UNUSED;

/* ---- event_change.c, event_place.c ---- */

enum outcome event_translate(struct change_run *r, const struct item *item) WARN_UNUSED;
enum outcome event_place(struct change_run *r, struct place *out) WARN_UNUSED;
enum outcome event_owner(struct change_run *r, const struct item *inner, struct place *out)
    WARN_UNUSED;
enum outcome event_below(struct change_run *r, const struct item *item, const struct row *row,
    struct below *out) WARN_UNUSED;
bool event_moves(struct change_run *r, const struct row *before, const struct item *item);

#endif
