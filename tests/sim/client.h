/*
 * client.h -- the insides of a model client, shared by its three files.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "sim.h"

struct copy { /* an item in the client's own store */
	uint32_t id, version;        /* id 0: not on the server yet, as far as we know */
	struct content base, mine;   /* as the server said; as the user has it */
	char history[512];           /* of base */
	char ref[40];                /* ours, of an item that we made */
	bool is_dirty, is_dropped;   /* edited, deleted here */
	bool is_met;                 /* delivered in the download under way */
	struct push *push;           /* composed; its answer has not come */
};

#define COPIES 400
#define ECHOES 24
struct client {
	int no;
	char login[16], guid[33];
	struct door *door;
	struct chance *chance;
	struct watch watch;
	struct judge *judge;
	struct copy copy[COPIES];
	size_t n;
	uint8_t *grave;              /* IDs that the server has called deleted */
	size_t grave_n;
	char token[160], cursor[320], first_token[160];
	uint64_t number;             /* of the token */
	uint32_t limit, last_id;
	bool is_descending, is_paging, may_restart, may_reset;
	uint32_t newest;             /* ID of the item that came last */
	unsigned serial, loss;       /* per mille of answers that do not arrive */
	bool is_busy;
	struct push *flying;
	struct push echo[ECHOES];    /* acknowledged, to be said again */
	size_t echo_n;
	struct pull_answer *answer;
	bool moved;                  /* something was learned or sent */
	uint64_t fetch_begun;
};

#define FAIL(c, ...) (c)->watch.fail((c)->watch.arg, __VA_ARGS__)

struct copy *copy_of(struct client *c, uint32_t id);
void copy_remove(struct client *c, struct copy *p);
struct copy *copy_new(struct client *c);
void copy_take(struct copy *p, const struct wire_row *r);
bool copy_is_clean(const struct copy *p);
void grave_dig(struct client *c, uint32_t id);
bool grave_has(const struct client *c, uint32_t id);
/* Histories: the last pair is the head, as each editor appends. */
void history_edit(char out[512], const char *old, const char *me);
/* The user's side of a conflict: his own change dropped, or put upon the server's state. */
void client_resolve(struct client *c, struct copy *p, const struct wire_row *r);
/* Forget the server's state and come again without a token. */
void client_resync(struct client *c);

/* One request; true when the client has all there is. */
bool client_fetch(struct client *c);
/* Everything that waits is sent once. */
void client_send(struct client *c, unsigned most);
void client_send_one(struct client *c, struct copy *p);
void client_echo(struct client *c);
void client_double(struct client *c);

#endif
