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

struct soap_call {
	enum soap_version version; /* by the namespace of Envelope, not by Content-Type */
	const char *operation;     /* local name of the first child of Body */
	struct xnode *args;        /* that child */
	bool has_action;           /* a form of another site could not have sent this */
	struct str action;         /* SOAPAction or action=, quotes taken off; empty: none */
};

/* SOAPAction, or action= of the media type, without quotes; empty: none. */
struct str soap_action(const struct request *q);
/* The media type is one that SOAP travels in. */
bool soap_is_media_type(struct str content_type);
/*
 * Read the request's body. False: it is none, and r holds the answer (400 for
 * broken XML, else a fault). All on the arena.
 */
WARN_UNUSED bool soap_read(struct arena *a, const struct request *q, struct soap_call *out,
    struct response *r);
/*
 * Begin the answer: status, type, and elements down to <OpResult>, open. The
 * writer must have been set up on r->body.
 */
void soap_begin(struct xmlw *w, struct arena *a, const struct soap_call *c, struct response *r);
/* Close what soap_begin opened. */
void soap_end(struct xmlw *w);
/*
 * Forget what was written and answer with a fault, HTTP 500. code:
 * "0x82000006", or NULL for none. The text gets the request's reference.
 */
void soap_fault(struct response *r, const struct request *q, enum soap_version version,
    enum soap_blame blame, const char *code, const char *fmt, ...) PRINTF(6, 7);

#endif
