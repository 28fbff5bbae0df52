/*
 * lists.h -- Lists.asmx: one call on its way to its operation.
 * MS-LISTSWS 3.1.4.
 */
#ifndef FRONT_LISTS_LISTS_H
#define FRONT_LISTS_LISTS_H

#include "lists/soap.h"

struct operation;

struct call {
	struct front_context *c;
	const struct request *q;
	struct response *r;
	struct arena *arena;
	struct soap_call soap;
	const struct operation *op;
	struct list *list;         /* of operations that need one: readable by this user, bound */
	unsigned rights;           /* RIGHT_* on it */
};

enum list_need { NO_LIST, NEED_LIST };
enum effect { READS, WRITES };
enum result_type { RESULT_XML, RESULT_TEXT, RESULT_NONE };

struct operation {
	const char *name;
	void (*handle)(struct call *k);
	enum list_need need;
	enum effect effect;
	enum result_type result;
	/*
	 * Parameters whose absence is told before the list's; NULL: none. False: the
	 * call is answered.
	 */
	bool (*check)(struct call *k);
	/* An empty listName: "0x82000006", or NULL for the fault without a code. */
	const char *empty_code;
	/* Parameter that holds a file in base64 and may be large; NULL: none. */
	const char *upload;
	/* In the order of stubs' arguments; behind a '<' those that hold XML. NULL at the end. */
	const char *parameter[9];
};

/* The table, for dispatch, help page and WSDL. */
const struct operation *operations(size_t *n);

/* Answer with the fault (or 503) that an outcome of the engine means. */
void call_fail(struct call *k, const struct err *e);
void call_fault(struct call *k, const char *code, const char *fmt, ...) PRINTF(3, 4);

/* Operations. */
void op_get_list(struct call *k);
void op_get_list_collection(struct call *k);
void op_changes(struct call *k);
void op_update(struct call *k);
void op_get_attachments(struct call *k);
void op_add_attachment(struct call *k);
void op_delete_attachment(struct call *k);
void op_add_post(struct call *k);
bool op_attach_check(struct call *k); /* listItemID must be there */

/* GET: the service's description, or a page that says what this is. */
void wsdl_write(struct front_context *c, struct response *r);
void help_write(struct front_context *c, struct response *r);

#endif
