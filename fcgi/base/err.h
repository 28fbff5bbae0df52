/*
 * err.h -- outcomes that all layers share, and an error with two texts.
 *
 * Each front maps an outcome to its own wire in one const table; nobody else
 * knows about SOAP codes or HTTP statuses.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

enum outcome {
	OK,            /* done */
	E_NOT_FOUND,   /* no such list or item, or not visible to this user */
	E_CONFLICT,    /* the item is not what the client saw */
	E_DENIED,      /* the right is missing */
	E_INVALID,     /* the input is wrong; saying it again will not help */
	E_LIMIT,       /* a ceiling of limits.h or of the configuration */
	E_RETRY,       /* deadlock, lock timeout: repeat the whole transaction */
	E_UNCERTAIN,   /* the connection was lost during COMMIT */
	E_UNAVAILABLE, /* database, view or list not ready: 503, nothing is wrong with the request */
	E_FAILED,      /* our own fault */
	OUTCOME__MAX
};

struct err {
	enum outcome code;
	char peer[320];    /* for the person in front of Outlook: what happened, with which value, what to do */
	char detail[640];  /* for the log only: SQL text, paths, error numbers */
};

/*
 * Set code and the peer's text; clears the detail.  e may be NULL.
 * Returns code, so that `return err_set(e, E_INVALID, "...");` reads well.
 */
enum outcome err_set(struct err *e, enum outcome code, const char *fmt, ...) PRINTF(3, 4);

/* Add the log's text.  e may be NULL.  Leaves code and peer alone. */
void err_detail(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* "ok", "not-found", ...: for log lines. */
const char *outcome_name(enum outcome code);

#endif
