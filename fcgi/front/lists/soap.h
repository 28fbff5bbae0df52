/*
 * soap.h -- envelopes: which operation is asked for, answers, faults.
 * SOAP 1.1 §4, SOAP 1.2 part 1 §5; MS-LISTSWS 2.1 (transport), 2.2.4 (faults).
 */
#ifndef FRONT_LISTS_SOAP_H
#define FRONT_LISTS_SOAP_H

#include "front.h"
#include "xmlr.h"
#include "xmlw.h"

#define SOAP_SERVICE_NS "http://schemas.microsoft.com/sharepoint/soap/"

enum soap_version { SOAP_11, SOAP_12 };
enum soap_blame { SOAP_CLIENT, SOAP_SERVER, SOAP_MUST_UNDERSTAND, SOAP_VERSION_MISMATCH,
	SOAP_BLAME__MAX };

/* The parameter of a call that brings a file: base64, decoded. */
struct soap_upload {
	bool is_there;             /* the element stands in the call */
	bool is_broken;            /* what it holds is no base64 */
	struct spool *bytes;       /* its error: there was no room */
};

struct soap_call {
	enum soap_version version; /* by the namespace of Envelope, not by Content-Type */
	const char *operation;     /* local name of the first child of Body */
	struct xnode *args;        /* that child */
	struct soap_upload upload; /* bytes NULL: none was lifted out of the body */
	bool has_action;           /* a form of another site could not have sent this */
	struct str action;         /* SOAPAction or action=, quotes taken off; empty: none */
};

/* SOAPAction, or action= of the media type, without quotes; empty: none. */
struct str soap_action(const struct request *q);
/* The media type is one that SOAP travels in. */
bool soap_is_media_type(struct str content_type);
/*
 * Read the request's body. False: it is none, and r holds the answer (400 for
 * broken XML, else a fault). All on the arena. files: operations and their
 * parameter that holds a file, NULL behind the last; of a request with q->upload
 * that parameter is decoded into out->upload while the body is read.
 */
WARN_UNUSED bool soap_read(struct arena *a, const struct request *q,
    const char *const (*files)[2], struct soap_call *out, struct response *r);
/* The same for a body that was in memory: fill c->upload unless it is. */
void soap_decode(struct arena *a, struct soap_call *c, const char *parameter,
    struct response *r);
/*
 * Begin the answer: status, type, and elements down to <OpResult>, open. The
 * writer must have been set up on r->body.
 */
void soap_begin(struct xmlw *w, struct arena *a, const struct soap_call *c, struct response *r);
/* The whole answer of an operation without a result: an empty <OpResponse>. */
void soap_empty(struct xmlw *w, struct arena *a, const struct soap_call *c, struct response *r);
/* Close what soap_begin opened. */
void soap_end(struct xmlw *w);
/*
 * Forget what was written and answer with a fault, HTTP 500. code:
 * "0x82000006", or NULL for none. The text gets the request's reference.
 */
void soap_fault(struct response *r, const struct request *q, enum soap_version version,
    enum soap_blame blame, const char *code, const char *fmt, ...) PRINTF(6, 7);

#endif
