/*
 * kinds.h -- the second model of the simulator: calendars with series and
 * exceptions, threads, folders, and files attached to items. It has the world,
 * the chance and the door of sim.h and clients, users and a judge of its own.
 *
 *   kinds_shape.c   the lists: columns, names and texts of the pretended front
 *   kinds_door.c    requests, and what of an item a client sees
 *   kinds_client.c  replicas, uploads, lost answers, conflicts
 *   kinds_user.c    what people do with events, posts and files
 *   kinds_dba.c     what SQL does with their rows
 *   kinds_judge.c   what every commit, and every pause, must fulfil
 */
#ifndef SIM_KINDS_H
#define SIM_KINDS_H

#include "attach.h"
#include "kind.h"
#include "sim.h"

/* ---- what clients see of an item ---- */

enum {
	V_TITLE, V_NOTES, V_KEY, V_START, V_END, V_TYPE, V_UID, V_INSTANCE, V_MASTER, V_PATTERN,
	V_ZONE, V_INDEX, V_TOPIC, V_NAME, V_FOLDER, V__N
};
extern const enum field view_field[V__N];

struct text {
	bool is_set;
	char t[240];       /* an index of twenty levels */
};
struct view { struct text f[V__N]; };

void text_put(struct text *t, const char *fmt, ...) PRINTF(2, 3);
void text_of(struct text *t, struct str s);
bool text_eq(const struct text *a, const struct text *b);
bool view_has(const struct list *l, int v);   /* the kind has that field */
/* "x" of a file's name, "x/y" of both */
void view_path(const struct view *v, char out[240]);

struct thing { /* an item as it comes out of the door */
	uint32_t id, version;
	bool is_inner;
	char key[120];
	uint8_t place;
	struct view v;
	char files[400];   /* packed, see item.files */
};

/* ---- the lists ---- */

enum { SHAPE_CALENDAR, SHAPE_SERIES, SHAPE_POSTS, SHAPE_FILES, SHAPE__N };
extern const struct shape shapes[SHAPE__N];
enum { COL_START = COL_BIRTHDAY, COL_END = COL_EMAIL, COL_RRULE = COL_FIRST, COL_EXDATE };
enum { COL_PARENT = COL_BIRTHDAY, COL_BODY = COL_EMAIL };
enum { COL_NAME = COL_TITLE, COL_FOLDER = COL_BIRTHDAY, COL_ABOUT = COL_EMAIL };

enum { EVENT_IS_DELETED = 3, EVENT_IS_CHANGED = 4 }; /* instances */
/* Series here are daily: every `every`-th day, `count` times (0: for ever). */
struct daily { int every, count; };
void daily_text(char out[80], struct daily d);
bool daily_read(const char *text, struct daily *d);
#define DAY_S INT64_C(86400)
/* "2024-01-10T09:00:00Z" and back; -1: none */
void time_text(char out[32], int64_t t);
int64_t time_read(const char *text);

/* ---- requests ---- */

struct kind_push {
	enum command command;
	char login[16], ref[40];
	uint32_t id, expected;
	bool has[V__N];
	struct view v;
	bool is_folder, drops_inner, joins_thread;
	/* instead of all that: a file of item id */
	bool is_attach;
	enum attach_command attach;
	char name[24];
	unsigned bytes;            /* content: this number in words */
	bool has_seen;
	struct attached seen;
};
struct kind_answer {
	enum outcome outcome;
	char text[320];
	bool has_thing;
	struct thing thing;
};
#define THINGS_MAX 1200
struct kind_pull {
	enum outcome outcome;
	char text[320], token[160], cursor[320];
	bool is_restart, has_more;
	size_t thing_n, gone_n;
	struct thing thing[THINGS_MAX];
	uint32_t gone[THINGS_MAX];
};
void kinds_pull(struct door *d, const char *login, const struct pull_request *q,
    struct kind_pull *out);
void kinds_push(struct door *d, const struct kind_push *p, struct kind_answer *out);
/* The bytes of a file; false: it cannot be read. */
bool kinds_file(struct door *d, const struct attached *f, char *out, size_t size);
void bytes_of(unsigned no, char out[40]);

/* ---- clients ---- */

struct held { /* an item in a client's store */
	struct thing base;         /* id 0: not on the server yet */
	struct view mine;
	char ref[40];
	bool is_dirty, is_dropped, is_met, is_folder, drops_inner, joins_thread;
	struct kind_push *push;    /* sent, not answered */
};
struct kind_client {
	int no;
	char login[16];
	struct door *door;
	struct chance *chance;
	struct watch watch;
	struct kind_judge *judge;
	struct held *held;
	size_t n;
	uint32_t *gone;            /* IDs that were called deleted */
	size_t gone_n;
	char token[160], cursor[320], first_token[160];
	uint32_t limit;
	bool is_paging, may_restart, is_busy, moved;
	unsigned loss, serial;
	struct kind_pull *answer;
};
struct kind_client *kind_client_open(int no, struct door *d, struct chance *c,
    const struct watch *w, struct kind_judge *j);
void kind_client_close(struct kind_client *c);
void kind_client_act(struct kind_client *c);
bool kind_client_intrude(struct kind_client *c);
bool kind_client_settle(struct kind_client *c);
bool kind_client_is_waiting(const struct kind_client *c);
struct held *held_new(struct kind_client *c);
/* Something with the copies, offline; kinds_user.c. */
void user_act(struct kind_client *c);
/* A file is added, replaced or removed, online. */
void user_attach(struct kind_client *c);
void kind_client_deliver(struct kind_client *c, struct kind_push *p, struct kind_answer *a);

/* ---- the DBA ---- */

struct kind_dba {
	struct world *w;
	struct chance *chance;
	const struct shape *shape;
	bool is_open[2];
	char lost[8][40];
	unsigned lost_n;
};
void kind_dba_act(struct kind_dba *d);
void kind_dba_end(struct kind_dba *d);

/* ---- the judge ---- */

struct kind_judge;
struct kind_judge *kind_judge_open(struct world *w, const struct watch *watch);
void kind_judge_close(struct kind_judge *j);
void kind_judge_source(struct kind_judge *j, struct attempt *by, const struct src *before,
    const struct src *after);
void kind_judge_item(struct kind_judge *j, struct attempt *by, const struct item *before,
    const struct item *after);
/* An answer to a push leaves the server, whether or not it arrives. */
void kind_judge_answer(struct kind_judge *j, const struct kind_push *p,
    const struct kind_answer *a);
/* In a pause; all: a first download of everything. */
void kind_judge_pause(struct kind_judge *j, struct door *d, const struct kind_pull *all);
/* A replica in a pause. */
void kind_judge_replica(struct kind_judge *j, const struct kind_client *c,
    const struct kind_pull *all);

#endif
