/*
 * apply.h -- one change by a client, one transaction (design rule 7 and 8).
 */
#ifndef SYNC_APPLY_H
#define SYNC_APPLY_H

#include "access.h"
#include "bag.h"
#include "engine.h"

enum command { COMMAND_NEW, COMMAND_UPDATE, COMMAND_DELETE };

struct command_request {
	enum command command;
	uint32_t id;               /* Update, Delete */
	uint32_t expected;         /* version that the client saw; 0: not said */
	struct str ref;            /* the client's own reference of a new item, or empty */
	struct str history;        /* as sent, or NULL p */
	size_t cell_n;             /* columns sent, each once */
	const struct cell *cell;
	size_t property_n;         /* bag edits */
	const struct property *property;
	bool is_folder;            /* New: a folder (documents), a thread (discussions) */
	bool drops_inner;          /* the client says: the exceptions of this series go */
	bool joins_thread;         /* New: the post answers what its index (FIELD_THREAD_INDEX) continues */
};

struct command_result {
	/* OK; E_CONFLICT; E_NOT_FOUND; E_DENIED; E_INVALID; E_LIMIT; E_UNAVAILABLE; E_FAILED */
	enum outcome outcome;
	struct err err;
	bool has_item;             /* item and row hold the current state (after success, or of a conflict) */
	struct item item;
	struct row row;
	bool is_taken;             /* E_INVALID: there is a file or folder of that name already */
};

/* Always fills *out; retries deadlocks; on the engine's arena. */
void apply_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct command_request *c, struct command_result *out);

#endif
