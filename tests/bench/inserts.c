/*
 * inserts.c -- single-row INSERTs by one connection, each committed by itself.
 *
 *   inserts DB-SOCKET TABLE COUNT COLUMN...
 *
 * The limit for UpdateListItems: the same columns with values of the same
 * length, one prepared statement, autocommit, durable settings of the server.
 * Prints seconds as a decimal number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mysql.h>

#define COLUMNS_MAX 64
#define VALUE_MAX 1024

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
fail(const char *what)
{
	fprintf(stderr, "inserts: %s\n", what);
	return 1;
}

/* The text of a column in row n, as the bench's own batches have it; 0 long: NULL. */
static unsigned long
fill(char *to, const char *column, int n)
{
	static const struct {
		const char *column, *before, *after; /* the day; after NULL: before is all */
		int every;                           /* so many rows have a value once */
	} form[] = {
		{ "birthday", "1970-01-", "", 1 },
		{ "starts_at", "2026-11-", " 09:00:00", 1 },
		{ "ends_at", "2026-11-", " 09:50:00", 1 },
		{ "is_all_day", "0", NULL, 1 },
		{ "rrule", "FREQ=WEEKLY;BYDAY=MO;COUNT=20", NULL, 5 },
		{ "zone", "Europe/Berlin", NULL, 5 },
	};

	if (strcmp(column, "notes") == 0)
		return (unsigned long)snprintf(to, VALUE_MAX, "Notes of row %d %0500d", n, n);
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		if (strcmp(column, form[i].column) != 0)
			continue;
		if (n % form[i].every)
			return 0;
		if (!form[i].after)
			return (unsigned long)snprintf(to, VALUE_MAX, "%s", form[i].before);
		return (unsigned long)snprintf(to, VALUE_MAX, "%s%02d%s", form[i].before,
		    n % 28 + 1, form[i].after);
	}
	return (unsigned long)snprintf(to, VALUE_MAX, "%s of row %d", column, n);
}

int
main(int argc, char **argv)
{
	static char value[COLUMNS_MAX][VALUE_MAX];
	MYSQL_BIND bind[COLUMNS_MAX];
	unsigned long length[COLUMNS_MAX];
	my_bool is_null[COLUMNS_MAX] = { 0 };
	char sql[8192];
	int n = argc - 4, at, count;
	MYSQL *db = mysql_init(NULL);
	MYSQL_STMT *st;
	double start;

	if (n < 1 || n > COLUMNS_MAX)
		return fail("usage: inserts DB-SOCKET TABLE COUNT COLUMN...");
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(db, NULL, "root", NULL, NULL, 0, argv[1], 0))
		return fail(mysql_error(db));
	at = snprintf(sql, sizeof(sql), "INSERT INTO %s (", argv[2]);
	for (int i = 0; i < n; i++)
		at += snprintf(sql + at, sizeof(sql) - (size_t)at, "%s%s", i ? ", " : "", argv[4 + i]);
	at += snprintf(sql + at, sizeof(sql) - (size_t)at, ") VALUES (?");
	for (int i = 1; i < n; i++)
		at += snprintf(sql + at, sizeof(sql) - (size_t)at, ", ?");
	at += snprintf(sql + at, sizeof(sql) - (size_t)at, ")");
	st = mysql_stmt_init(db);
	memset(bind, 0, sizeof(bind));
	for (int i = 0; i < n; i++) {
		bind[i].buffer_type = MYSQL_TYPE_STRING;
		bind[i].buffer = value[i];
		bind[i].length = &length[i];
		bind[i].is_null = &is_null[i];
	}
	if (mysql_stmt_prepare(st, sql, (unsigned long)at) || mysql_stmt_bind_param(st, bind))
		return fail(mysql_stmt_error(st));
	count = atoi(argv[3]);
	start = seconds();
	for (int row = 0; row < count; row++) {
		for (int i = 0; i < n; i++) {
			length[i] = fill(value[i], argv[4 + i], row);
			is_null[i] = length[i] == 0;
		}
		if (mysql_stmt_execute(st))
			return fail(mysql_stmt_error(st));
	}
	printf("%.6f\n", seconds() - start);
	mysql_stmt_close(st);
	mysql_close(db);
	return 0;
}
