/*
 * probe.h -- `owsadm probe`: a client that behaves as Outlook does and says in
 * words what Outlook would make of each answer.
 *
 * It shares nothing with front/ and sync/, so that it judges the server
 * instead of agreeing with it. MS-STSSYN 2.2, MS-OUTSPS 3, MS-LISTSWS 3.1.4.
 */
#ifndef ADM_PROBE_H
#define ADM_PROBE_H

#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "guid.h"
#include "xmlr.h"
#include "xmlw.h"

/* argv[0] is "probe". 0: no problem was found; 1: some were; 2: wrong use. */
int probe_main(int argc, char **argv);

/* ---- the rest is between the files of probe ---- */

enum auth { AUTH_NONE, AUTH_SIGNED };

struct reply {
	long status;             /* 0: no answer, failure says why */
	const char *failure;
	struct str body;
	struct str type;         /* Content-Type, or empty */
	struct str schemes;      /* "Basic Negotiate": of all WWW-Authenticate lines */
	struct str location;     /* of a redirect */
	struct str retry_after;
};

/* What a stssync:// link says, decoded. */
struct link {
	struct str raw;
	struct str ver, type, cmd, base_url, list_url, guid, site_name, list_name;
};

struct probe {
	const char *url;         /* portal */
	const char *user;
	char *password;
	const char *list_name;   /* --list, or NULL */
	bool is_insecure, is_writing;
	void *curl;
	struct arena keep;       /* of the whole run */
	struct arena step;       /* of one message */
	unsigned step_n, ok_n;
	struct problem *problem, **problem_end;
	unsigned problem_n;

	/* the list under the lens */
	struct link link;
	const char *service;     /* base-url/_vti_bin/Lists.asmx */
	size_t field_n;
	struct str *field;       /* declared internal names */
	struct str status;       /* of a new task: a text that the list offers */
	struct str token;        /* newest LastChangeToken, on keep */
	struct str rights;       /* EffectivePermMask */
	size_t id_n;             /* first download */
	uint32_t *id;            /* malloc'ed, sorted after the download */
};

/* probe_say.c: what is printed; problems are kept for the end. */
void say_step(struct probe *p, const char *fmt, ...) PRINTF(2, 3);
void say_ok(struct probe *p, const char *fmt, ...) PRINTF(2, 3);
void say_note(struct probe *p, const char *fmt, ...) PRINTF(2, 3);
void say_problem(struct probe *p, const char *fmt, ...) PRINTF(2, 3);
void say_end(struct probe *p);

/* probe_http.c: the only user of libcurl. */
bool http_open(struct probe *p);
void http_close(struct probe *p);
/* GET; redirects are followed. Results on p->step. */
void http_get(struct probe *p, const char *url, struct reply *r);
/* POST of a SOAP 1.1 message; never follows. */
void http_post(struct probe *p, const char *url, const char *action, struct str body,
    enum auth auth, struct reply *r);

/* probe_link.c */
/* The next stssync link of a page, entities resolved; start with *at = 0. */
bool link_next(struct arena *a, struct str html, size_t *at, struct str *raw);
/* False: Outlook would call it malformed; *why is a sentence. */
bool link_parse(struct arena *a, struct str raw, struct link *out, const char **why);

/* probe_soap.c */
struct soap {              /* a request being written */
	struct xmlw w;
	struct sink sink;
	struct buf buf;
	const char *operation;
};
struct answer {
	struct reply http;
	struct xnode *result;  /* <operation>Result; NULL: fault or nothing */
	bool is_fault;
	struct str fault;      /* its text */
	struct str code;       /* errorcode, or empty */
};
void soap_begin(struct probe *p, struct soap *s, const char *operation);
/* <name>text</name> */
void soap_text(struct soap *s, const char *name, struct str text);
/* Ends the envelope; the message on p->step. */
struct str soap_end(struct probe *p, struct soap *s);
/*
 * Send and read the answer. False when there is no SOAP answer at all, said as
 * a problem; faults are left to the caller.
 */
bool soap_call(struct probe *p, struct soap *s, struct answer *out);
/* As soap_call, and a fault is a problem, too. */
bool soap_expect(struct probe *p, struct soap *s, struct answer *out);

/* probe_list.c, probe_read.c: each returns false when the next step makes no sense. */
bool probe_get_list(struct probe *p);
/* GetList named that field. */
bool list_declares(const struct probe *p, struct str name);
bool probe_download(struct probe *p);
bool probe_poll(struct probe *p);
void probe_tokens(struct probe *p);
/* EffectivePermMask grants that right ("AddListItems"). */
bool list_allows(const struct probe *p, const char *right);
/* Begin of a GetListItemChangesSinceToken as Outlook sends it. token, page: NULL p: left out. */
void changes_begin(struct probe *p, struct soap *s, struct str token, struct str page);

/* probe_write.c */
void probe_write(struct probe *p);

#endif
