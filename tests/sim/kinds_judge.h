/*
 * kinds_judge.h -- the memory of the second model's judge, shared by
 * kinds_judge.c (commits) and kinds_pause.c.
 */
#ifndef SIM_KINDS_JUDGE_H
#define SIM_KINDS_JUDGE_H

#include "kinds.h"

struct owner { /* a row of the source, by its key */
	struct src row;           /* committed; is_present false: gone */
	struct src was;           /* as it was last there */
	uint64_t gone_time;
	unsigned purges;          /* clients' wishes that its instances go */
	uint32_t item;            /* its newest item; 0: never had one */
	char must[400];           /* what makes the series of its instances */
	char may[700];            /* that, and whatever else a purge may follow from */
	uint64_t may_time, exdate_time;
	unsigned touched, raised; /* changes nobody has numbered; versions given for them */
};
struct fact { /* an item, by its ID */
	const struct item *item;  /* committed; NULL: never, or purged */
	uint64_t begun;           /* when the request that made it began */
	bool is_adopted;          /* it came before its series, and hangs on it since */
	char must[400];           /* of its series when it was made */
	uint32_t seen;            /* version shown in the last pause */
	struct view view;         /* and what it showed */
};
struct bytes { /* what a version of a file holds */
	struct guid guid;
	uint32_t version;
	unsigned no;
};
struct kind_judge {
	struct world *w;
	struct watch watch;
	struct owner *owner;
	struct fact *fact;
	struct bytes *bytes;
	size_t owner_n, fact_n, bytes_n;
};

#define FAIL(j, ...) (j)->watch.fail((j)->watch.arg, __VA_ARGS__)

struct owner *judge_owner(struct kind_judge *j, const char *key);
struct fact *judge_fact(struct kind_judge *j, uint32_t id);
/* "FREQ=DAILY;..." in any order; false: a rule that is none of the daily ones. */
bool rule_read(const char *text, struct daily *d);

#endif
