/*
 * server.c -- a private MariaDB for one test program, as nobody when the test
 * runs as root; it dies with its parent.
 */
#define _GNU_SOURCE 1 /* vasprintf */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
	char dir[80], socket[100];
	pid_t pid;
	struct store_conf conf;
} server;

static const char *const options =
    "[mariadbd]\nskip-networking\nskip-log-bin\nskip-name-resolve\n"
    "innodb-flush-log-at-trx-commit=0\ninnodb-flush-method=nosync\ninnodb-doublewrite=0\n"
    "innodb-log-file-size=16M\ninnodb-buffer-pool-size=64M\ninnodb-fast-shutdown=2\n"
    "innodb-buffer-pool-dump-at-shutdown=0\ninnodb-buffer-pool-load-at-startup=0\n"
    "max-connections=50\nmax-allowed-packet=64M\n"
    /* what must not matter to us */
    "character-set-server=latin1\ncollation-server=latin1_german1_ci\n"
    "default-time-zone=+05:30\nlc-messages=de_DE\nlc-time-names=de_DE\nsql-mode=\n"
    "transaction-isolation=REPEATABLE-READ\n";

static _Noreturn void
run_as_nobody(const char *const *argv, const char *log)
{
	const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
	union { const char *const *in; char *const *out; } args = { .in = argv };
	int fd;

	if (nobody && (setgroups(0, NULL) || setgid(nobody->pw_gid) || setuid(nobody->pw_uid)))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	execvp(argv[0], args.out);
	_exit(127);
}

static pid_t
spawn(const char *const *argv, const char *log)
{
	pid_t pid = fork();

	if (pid == 0)
		run_as_nobody(argv, log);
	return pid;
}

static int
finish(const char *const *argv, const char *log)
{
	int status = -1;
	pid_t pid = spawn(argv, log);

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static bool
wait_until_up(void)
{
	const struct timespec tick = { 0, 20000000 };
	struct db_conf conf = { .socket = server.socket, .user = "root", .password = "",
		.timeout_s = 30 };
	struct db *db;
	struct err e;
	int i;

	for (i = 0; i < 500; i++) {
		if (db_open(&conf, &db, &e) == OK) {
			db_close(&db);
			return true;
		}
		if (waitpid(server.pid, NULL, WNOHANG) == server.pid)
			break;
		nanosleep(&tick, NULL);
	}
	fprintf(stderr, "MariaDB does not start: %s (%s)\n", e.peer, e.detail);
	return false;
}

static void
load_file(struct db *db, const char *name)
{
	FILE *f = fopen(name, "r");
	static char text[65536];
	char *from, *to, *c;
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	while ((c = strstr(text, "-- ")) != NULL) /* comments may hold a semicolon */
		memset(c, ' ', strcspn(c, "\n"));
	for (from = text; (to = strstr(from, ";\n")) != NULL; from = to + 2) {
		*to = '\0';
		server_sql(db, "%s", from);
	}
}

/* As install does: the numbered files, in order. */
static void
load_schema(void)
{
	struct db *db = server_connect();
	glob_t files;

	server_sql(db, "CREATE DATABASE ows");
	server_sql(db, "USE ows");
	assert_int_equal(glob("sql/[0-9][0-9][0-9]_*.sql", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		load_file(db, files.gl_pathv[i]);
	globfree(&files);
	db_close(&db);
}

int
server_start(void **state)
{
	char cnf[120], data[120], option[5][140], log[120];
	const struct passwd *nobody = getpwnam("nobody");
	const char *base = getenv("TMPDIR");
	FILE *f;

	(void)state;
	snprintf(server.dir, sizeof(server.dir), "%s/dbXXXXXX", base ? base : "/tmp");
	if (!mkdtemp(server.dir) || chmod(server.dir, 0755))
		return -1;
	if (getuid() == 0 && nobody && chown(server.dir, nobody->pw_uid, nobody->pw_gid))
		return -1;
	snprintf(cnf, sizeof(cnf), "%s/my.cnf", server.dir);
	snprintf(log, sizeof(log), "%s/log", server.dir);
	snprintf(data, sizeof(data), "--datadir=%s/data", server.dir);
	snprintf(server.socket, sizeof(server.socket), "%s/s", server.dir);
	f = fopen(cnf, "w");
	if (!f || fputs(options, f) < 0 || fclose(f))
		return -1;
	{
		const char *const init[] = { "mariadb-install-db", "--no-defaults", "--force", data,
			"--skip-test-db", "--skip-name-resolve",
			"--auth-root-authentication-method=normal", "--innodb-log-file-size=16M",
			NULL };

		if (finish(init, log) != 0)
			return -1;
	}
	snprintf(option[0], sizeof(option[0]), "--defaults-file=%s", cnf);
	snprintf(option[1], sizeof(option[1]), "--socket=%s", server.socket);
	snprintf(option[2], sizeof(option[2]), "--pid-file=%s/pid", server.dir);
	snprintf(option[3], sizeof(option[3]), "--log-error=%s/err.log", server.dir);
	snprintf(option[4], sizeof(option[4]), "--tmpdir=%s", server.dir);
	{
		const char *const run[] = { "mariadbd", option[0], data, option[1], option[2],
			option[3], option[4], NULL };

		server.pid = spawn(run, log);
	}
	server.conf = (struct store_conf){ .socket = server.socket, .user = "root", .password = "",
		.database = "ows", .timeout_s = 60 };
	if (!wait_until_up())
		return -1;
	load_schema();
	return 0;
}

int
server_stop(void **state)
{
	const char *const rm[] = { "rm", "-rf", server.dir, NULL };

	(void)state;
	if (server.pid > 0) {
		kill(server.pid, SIGKILL);
		waitpid(server.pid, NULL, 0);
	}
	if (finish(rm, "/dev/null") != 0)
		rmdir(server.dir);
	return 0;
}

const struct store_conf *
server_conf(void)
{
	return &server.conf;
}

struct db *
server_connect(void)
{
	struct db_conf conf = { .socket = server.socket, .user = "root", .password = "",
		.timeout_s = 60 };
	struct db *db = NULL;

	assert_ok(db_open(&conf, &db, oops));
	return db;
}

static char *
format(const char *fmt, va_list ap)
{
	char *text = NULL;

	assert_true(vasprintf(&text, fmt, ap) >= 0);
	return text;
}

void
server_sql(struct db *db, const char *fmt, ...)
{
	char *text, *from, *to;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	for (from = text; from; from = to) {
		to = strstr(from, ";\n");
		if (to) {
			*to = '\0';
			to += 2;
		}
		if (*from)
			assert_ok(db_exec(db, from, oops));
	}
	free(text);
}

char *
server_text(struct db *db, const char *fmt, ...)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	char *sql, *out = NULL;
	struct err e;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	sql = format(fmt, ap);
	va_end(ap);
	assert_ok(db_query(db, sql, &st, oops));
	if (db_next(st, &col, &n, &e) == OK && col[0].p)
		out = strndup(col[0].p, col[0].n);
	db_unprepare(&st);
	free(sql);
	return out;
}

int64_t
server_number(struct db *db, const char *fmt, ...)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	int64_t out = 0;
	va_list ap;
	size_t n;
	char *sql;

	va_start(ap, fmt);
	sql = format(fmt, ap);
	va_end(ap);
	assert_ok(db_query(db, sql, &st, oops));
	assert_ok(db_next(st, &col, &n, oops));
	out = maria_i64(col[0]);
	db_unprepare(&st);
	free(sql);
	return out;
}

struct store *
server_store(struct arena *a)
{
	struct store *s = NULL;
	bool is_new;

	assert_ok(store_open(&server.conf, &s, oops));
	store_use(s, a);
	assert_ok(store_connect(s, &is_new, oops));
	assert_true(is_new);
	return s;
}

/* ---- lists ---- */

void
list_make(struct test_list *t, struct db *db, unsigned number, const char *schema,
    const char *view, const char *key, const char *key2)
{
	char guid[39];

	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 64 * MIB);
	t->l = (struct list){
		.name = view, .file = "test.ini", .title = view, .description = "",
		.kind = KIND_CONTACTS, .schema = schema, .view = view,
		.key_n = key2 ? 2 : 1, .key = { key, key2 },
		.zone_name = "UTC", .write = WRITE_VIEW,
		.allow = ALLOW_INSERT | ALLOW_UPDATE | ALLOW_DELETE, .mass_delete_percent = 50,
		.read = "*", .write_access = "*", .column = t->column, .constant = t->constant,
	};
	t->l.id.b[0] = (unsigned char)(number >> 8);
	t->l.id.b[15] = (unsigned char)number;
	server_sql(db, "INSERT INTO ows.ows_list (id, name, title, head, head_ticks, definition, "
	    "created, modified, deleted) VALUES (X'%s', '%s', '%s', 1, 1000000, REPEAT(X'00', 32), "
	    "1, 1, 1)", guid_fmt(&t->l.id, GUID_HEX, guid), view, view);
	server_sql(db, "INSERT INTO ows.ows_change (list, number, ticks, kind) "
	    "SELECT no, 1, 1000000, 0 FROM ows.ows_list WHERE id = X'%s'", guid);
}

size_t
list_add(struct test_list *t, enum field f, const char *column, enum value_type type)
{
	size_t n = t->l.column_n++;

	assert_true(n < TEST_COLUMNS);
	t->column[n] = (struct column){ .field = f, .name = column, .type = type,
		.line = (int)n + 10 };
	return n;
}

void
list_bind(struct test_list *t, struct store *s)
{
	struct ini_problems p = { .arena = &t->arena };
	struct err e = { .code = OK };
	enum outcome rc = store_bind(s, &t->l, &p, &e);

	if (rc != OK)
		print_error("bind: %s (%s): %s\n", e.peer, e.detail,
		    p.first ? p.first->text : "no problem named");
	assert_int_equal(rc, OK);
	assert_true(t->l.is_bound);
	assert_int_not_equal(t->l.no, 0);
}

const char *
list_refused(struct test_list *t, struct store *s)
{
	struct ini_problems p = { .arena = &t->arena };
	struct err e = { .code = OK };

	assert_int_equal(store_bind(s, &t->l, &p, &e), E_INVALID);
	assert_false(t->l.is_bound);
	assert_non_null(p.first);
	return p.first->text;
}

void
list_free(struct test_list *t)
{
	zone_close(&t->l.zone);
	arena_clear(&t->arena);
}
