/*
 * probe_soap.c -- SOAP 1.1 envelopes as Outlook writes them (no prefix, no
 * header) and the reading of answers. MS-LISTSWS 2.2.2, MS-OUTSPS 2.1.
 */
#include "probe.h"

#include <stdio.h>

#include "limits.h"

#define SERVICE_NS "http://schemas.microsoft.com/sharepoint/soap/"
#define MESSAGE_BYTES ((size_t)4 * MIB)

static bool
to_buf(void *arg, const char *p, size_t n)
{
	struct buf *b = arg;

	buf_add(b, p, n);
	return !b->failed;
}

void
soap_begin(struct probe *p, struct soap *s, const char *operation)
{
	buf_init(&s->buf, MESSAGE_BYTES);
	s->sink = (struct sink){ .write = to_buf, .arg = &s->buf };
	s->operation = operation;
	xmlw_init(&s->w, &s->sink, XMLW_XML);
	xmlw_prolog(&s->w);
	xmlw_open(&s->w, "Envelope");
	xmlw_attrz(&s->w, "xmlns", "http://schemas.xmlsoap.org/soap/envelope/");
	xmlw_open(&s->w, "Body");
	xmlw_open(&s->w, operation);
	xmlw_attrz(&s->w, "xmlns", SERVICE_NS);
	if (p->link.guid.p)
		soap_text(s, "listName", p->link.guid);
}

void
soap_text(struct soap *s, const char *name, struct str text)
{
	xmlw_open(&s->w, name);
	xmlw_text(&s->w, text);
	xmlw_close(&s->w);
}

struct str
soap_end(struct probe *p, struct soap *s)
{
	struct str body = STR("");

	xmlw_close(&s->w);
	xmlw_close(&s->w);
	xmlw_close(&s->w);
	if (xmlw_end(&s->w))
		body = arena_dup(&p->step, buf_str(&s->buf));
	buf_clear(&s->buf);
	return body;
}

/* What Outlook makes of an answer that is none of the protocol's. */
static const char *
status_words(long status)
{
	static const struct {
		long status;
		const char *words;
	} known[] = {
		{ 301, "Outlook does not follow it and reports the list as unreachable" },
		{ 302, "Outlook takes the login page behind it for a broken answer instead of asking "
		    "for a password" },
		{ 307, "Outlook does not follow it and reports the list as unreachable" },
		{ 400, "Outlook reports a general failure" },
		{ 401, "Outlook asks for the password again: this one was not accepted" },
		{ 403, "Outlook reports that access is denied and stops syncing this list" },
		{ 404, "Outlook reports that the list was not found" },
		{ 413, "Outlook gives up this item" },
		{ 502, "the web server does not reach the service; Outlook tries again at the "
		    "next interval" },
		{ 503, "Outlook tries again at the next interval" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].words;
	return "Outlook reports a failure";
}

static bool
is_xml(struct str type)
{
	return type.n >= 8 && str_ieq((struct str){ type.p, 8 }, STR("text/xml"));
}

static void
read_fault(struct probe *p, struct xnode *fault, struct answer *out)
{
	struct xnode *text = xnode_find(fault, "errorstring");
	struct xnode *code = xnode_find(fault, "errorcode");

	out->is_fault = true;
	if (!text)
		text = xnode_child(fault, "faultstring");
	out->fault = text ? str_trim(xnode_text(&p->step, text)) : STR("(no text)");
	out->code = code ? str_trim(xnode_text(&p->step, code)) : STR("");
	if (out->http.status != 500)
		say_problem(p, "A SOAP fault came with HTTP status %ld instead of 500; clients that "
		    "look at the status only would take it for success.", out->http.status);
}

static bool
read_answer(struct probe *p, const char *operation, struct answer *out)
{
	struct xnode *root, *body, *node;
	struct err e = { .code = OK };
	char name[128];

	if (xmlr_parse(&p->step, out->http.body, NULL, &root, &e) != OK) {
		say_problem(p, "%s: the answer is no well-formed XML (%s). Outlook would report a "
		    "failure and show nothing.", operation, e.peer);
		return false;
	}
	body = xnode_child(root, "Body");
	if ((node = xnode_child(body, "Fault")) != NULL) {
		read_fault(p, node, out);
		return true;
	}
	snprintf(name, sizeof(name), "%sResponse", operation);
	node = xnode_child(body, name);
	snprintf(name, sizeof(name), "%sResult", operation);
	out->result = xnode_child(node, name);
	if (!out->result)
		say_problem(p, "%s: the answer holds neither %s nor a fault. Outlook would report a "
		    "failure.", operation, name);
	else if (out->http.status != 200)
		say_problem(p, "%s: the answer came with HTTP status %ld instead of 200.", operation,
		    out->http.status);
	return out->result != NULL;
}

bool
soap_call(struct probe *p, struct soap *s, struct answer *out)
{
	const char *action = arena_fmt(&p->step, "%s%s", SERVICE_NS, s->operation).p;
	struct str body = soap_end(p, s);

	*out = (struct answer){ .fault = STR(""), .code = STR("") };
	http_post(p, p->service, action, body, AUTH_SIGNED, &out->http);
	if (!out->http.status) {
		say_problem(p, "%s: no answer from %s (%s).", s->operation, p->service,
		    out->http.failure);
		return false;
	}
	if (out->http.status != 200 && out->http.status != 500) {
		say_problem(p, "%s: HTTP status %ld; %s.", s->operation, out->http.status,
		    status_words(out->http.status));
		if (out->http.status == 503)
			say_note(p, "The server says: %.*s (Retry-After %.*s).",
			    (int)(out->http.body.n < 200 ? out->http.body.n : 200),
			    out->http.body.p, STR_ARG(out->http.retry_after));
		return false;
	}
	if (!is_xml(out->http.type)) {
		say_problem(p, "%s: the answer's Content-Type is \"%.*s\" instead of text/xml. "
		    "Outlook would report a failure.", s->operation, STR_ARG(out->http.type));
		return false;
	}
	return read_answer(p, s->operation, out);
}

bool
soap_expect(struct probe *p, struct soap *s, struct answer *out)
{
	if (!soap_call(p, s, out))
		return false;
	if (out->is_fault)
		say_problem(p, "%s: SOAP fault %.*s \"%.*s\". Outlook shows this text in its sync "
		    "error and stops here.", s->operation, STR_ARG(out->code),
		    STR_ARG(out->fault));
	return !out->is_fault;
}
