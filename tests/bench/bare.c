/*
 * bare.c -- the limit that `make bench` measures against: a bare libfcgi program.
 *
 *   bare SOCKET WORKERS DB-SOCKET LIST-NO VIEW KEY ATTRIBUTE=COLUMN...
 *
 * Behind the same nginx as owsd it answers two things and nothing else:
 *   .../all   the view joined with its item rows and their packed properties,
 *             each row as one element of attributes, streamed as it is read
 *   .../poll  one indexed read by a prepared statement, 700 bytes
 * No protocol, no rights, no transaction, no count before the rows: what is left
 * is FastCGI, MariaDB and the escaping of text, written as well as we can.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mysql.h>
#include <fcgiapp.h>

#define POLL_BYTES 700
#define OUT_SIZE (256 * 1024)
#define OUT_ROOM (192 * 1024)  /* flush beyond; a row of the bench is 1 to 2 kB */
#define FIELDS_MAX 64
#define FIXED 4                /* id, version, guid, bag stand before the fields */

struct out {
	size_t n;
	bool is_broken;
	FCGX_Stream *to;
	char *p;
};

struct bare {
	const char *socket, *list, *view, *key;
	int field_n;
	const char *attribute[FIELDS_MAX]; /* " ows_Title=\"" */
	size_t attribute_len[FIELDS_MAX];
	const char *column[FIELDS_MAX];
	char *query;
	MYSQL *db;
	MYSQL_STMT *poll;
};

static unsigned char special[256];

static void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void
out_flush(struct out *o)
{
	if (o->n && FCGX_PutStr(o->p, (int)o->n, o->to) < 0)
		o->is_broken = true;
	o->n = 0;
}

static void
out_add(struct out *o, const char *p, size_t n)
{
	if (n > OUT_SIZE - o->n) {
		out_flush(o);
		if (n > OUT_SIZE) {
			if (FCGX_PutStr(p, (int)n, o->to) < 0)
				o->is_broken = true;
			return;
		}
	}
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

/* As an attribute's value: runs of ordinary bytes are copied whole. */
static void
out_text(struct out *o, const char *p, size_t n)
{
	const char *end = p + n, *run = p;

	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;
		char ref[8];

		if (!special[c])
			continue;
		out_add(o, run, (size_t)(p - run));
		run = p + 1;
		switch (c) {
		case '&': out_add(o, "&amp;", 5); break;
		case '<': out_add(o, "&lt;", 4); break;
		case '"': out_add(o, "&quot;", 6); break;
		case '\t': case '\n': case '\r':
			out_add(o, ref, (size_t)snprintf(ref, sizeof(ref), "&#%d;", c));
			break;
		default: break; /* not allowed in XML */
		}
	}
	out_add(o, run, (size_t)(end - run));
}

/* "<bytes>:<name><bytes>:<value>" again and again. */
static void
out_bag(struct out *o, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		for (int is_value = 0; is_value < 2; is_value++) {
			char *after;
			unsigned long len = strtoul(p, &after, 10);

			p = after + 1;
			if (!is_value)
				out_add(o, " ows_MetaInfo_", 14);
			if (*after != ':' || len > (size_t)(end - p))
				return;
			if (is_value) {
				out_text(o, p, len);
				out_add(o, "\"", 1);
			} else {
				out_add(o, p, len);
				out_add(o, "=\"", 2);
			}
			p += len;
		}
	}
}

static void
row_out(const struct bare *b, struct out *o, MYSQL_ROW row, const unsigned long *len)
{
	out_add(o, "<z:row ows_ID=\"", 15);
	out_add(o, row[0], len[0]);
	out_add(o, "\" ows_owshiddenversion=\"", 24);
	out_add(o, row[1], len[1]);
	out_add(o, "\" ows_UniqueId=\"", 16);
	out_add(o, row[2], len[2]);
	out_add(o, "\"", 1);
	for (int i = 0; i < b->field_n; i++) {
		if (!row[FIXED + i])
			continue;
		out_add(o, b->attribute[i], b->attribute_len[i]);
		out_text(o, row[FIXED + i], len[FIXED + i]);
		out_add(o, "\"", 1);
	}
	if (row[3])
		out_bag(o, row[3], len[3]);
	out_add(o, "/>", 2);
	if (o->n > OUT_ROOM)
		out_flush(o);
}

static void
answer_all(const struct bare *b, struct out *o)
{
	MYSQL_RES *rows;
	MYSQL_ROW row;

	FCGX_FPrintF(o->to, "Content-Type: text/xml; charset=utf-8\r\n\r\n<rows xmlns:z=\"#RowsetSchema\">");
	if (mysql_query(b->db, b->query) || !(rows = mysql_use_result(b->db)))
		die("bare: %s", mysql_error(b->db));
	while ((row = mysql_fetch_row(rows)) && !o->is_broken)
		row_out(b, o, row, mysql_fetch_lengths(rows));
	mysql_free_result(rows);
	out_add(o, "</rows>", 7);
	out_flush(o);
}

static void
answer_poll(const struct bare *b, struct out *o)
{
	unsigned long long head = 0;
	MYSQL_BIND bind = { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &head, .is_unsigned = 1 };
	char body[POLL_BYTES + 1];
	int n;

	if (mysql_stmt_execute(b->poll) || mysql_stmt_bind_result(b->poll, &bind) ||
	    mysql_stmt_fetch(b->poll))
		die("bare: %s", mysql_stmt_error(b->poll));
	mysql_stmt_free_result(b->poll);
	n = snprintf(body, sizeof(body), "<poll head=\"%llu\">", head);
	memset(body + n, 'x', sizeof(body) - (size_t)n);
	FCGX_FPrintF(o->to, "Content-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
	    POLL_BYTES);
	out_add(o, body, POLL_BYTES);
	out_flush(o);
}

static void
connect_db(struct bare *b)
{
	char sql[200];
	int n = snprintf(sql, sizeof(sql), "SELECT head FROM ows.ows_list WHERE no = %s", b->list);

	b->db = mysql_init(NULL);
	mysql_options(b->db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(b->db, NULL, "root", NULL, NULL, 0, b->socket, 0))
		die("bare: %s", mysql_error(b->db));
	b->poll = mysql_stmt_init(b->db);
	if (mysql_stmt_prepare(b->poll, sql, (unsigned long)n))
		die("bare: %s", mysql_stmt_error(b->poll));
}

static void
make_query(struct bare *b)
{
	FILE *f;
	size_t n;

	f = open_memstream(&b->query, &n);
	if (!f)
		die("bare: no memory");
	fprintf(f, "SELECT i.id, i.version, HEX(i.guid), i.bag");
	for (int i = 0; i < b->field_n; i++)
		fprintf(f, ", v.%s", b->column[i]);
	fprintf(f, " FROM ows.ows_item i STRAIGHT_JOIN %s v ON v.%s = CAST(i.skey AS UNSIGNED) "
	    "WHERE i.list = %s AND i.gone = 0 ORDER BY i.id", b->view, b->key, b->list);
	fclose(f);
}

static void
serve(struct bare *b, int listener)
{
	FCGX_Request r;
	struct out o = { 0, false, NULL, malloc(OUT_SIZE) };

	connect_db(b);
	if (!o.p || FCGX_InitRequest(&r, listener, 0))
		die("bare: cannot begin");
	while (FCGX_Accept_r(&r) == 0) {
		const char *uri = FCGX_GetParam("REQUEST_URI", r.envp);

		o.to = r.out;
		o.is_broken = false;
		o.n = 0;
		if (uri && strstr(uri, "/all"))
			answer_all(b, &o);
		else
			answer_poll(b, &o);
		FCGX_Finish_r(&r);
	}
	free(o.p);
}

static void
read_arguments(struct bare *b, int argc, char **argv)
{
	b->socket = argv[3];
	b->list = argv[4];
	b->view = argv[5];
	b->key = argv[6];
	for (int i = 7; i < argc && b->field_n < FIELDS_MAX; i++) {
		char *equals = strchr(argv[i], '=');
		char *text = malloc(strlen(argv[i]) + 8);

		if (!equals || !text)
			die("bare: %s is not ATTRIBUTE=COLUMN", argv[i]);
		*equals = '\0';
		b->attribute_len[b->field_n] = (size_t)sprintf(text, " ows_%s=\"", argv[i]);
		b->attribute[b->field_n] = text;
		b->column[b->field_n++] = equals + 1;
	}
	for (const char *c = "&<\"\t\n\r"; *c; c++)
		special[(unsigned char)*c] = 1;
	for (int c = 0; c < 32; c++)
		special[c] = 1;
}

int
main(int argc, char **argv)
{
	static struct bare b;
	int listener, workers;

	if (argc < 8)
		die("usage: bare SOCKET WORKERS DB-SOCKET LIST-NO VIEW KEY ATTRIBUTE=COLUMN...");
	read_arguments(&b, argc, argv);
	make_query(&b);
	workers = atoi(argv[2]);
	signal(SIGPIPE, SIG_IGN);
	FCGX_Init();
	umask(0);
	listener = FCGX_OpenSocket(argv[1], 512);
	if (listener < 0)
		die("bare: %s: %s", argv[1], strerror(errno));
	for (int i = 1; i < workers; i++)
		if (fork() == 0)
			break;
	serve(&b, listener);
	return 0;
}
