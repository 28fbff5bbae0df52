/*
 * conf.c -- owsd.ini by one table of keys.
 *
 * A row says where the key stands, how its text is read, what it is when it is
 * absent, whether SIGHUP takes a new value, and what it means. Everything else
 * here walks that table, so a key cannot be parsed and forgotten by -C, by the
 * manual page's check, or by the reload.
 */
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"
#include "limits.h"

#ifndef OWSD_DATA_DIR
#define OWSD_DATA_DIR "/usr/local/share/owsd"
#endif

#define AT(member) offsetof(struct conf, member)

static const struct conf_key keys[] = {
	/* server */
	{ "server", "listen", conf_read_listen, AT(listen), "unix:/run/owsd/owsd.sock", 0, 0, RESTART,
	  "where the web server finds us: unix:PATH, HOST:PORT (needs proxy_secret), or inherit" },
	{ "server", "socket_mode", conf_read_octal, AT(socket_mode), "0660", 0, 0777, RESTART,
	  "permissions of the Unix socket" },
	{ "server", "proxy_secret", conf_read_secret, AT(proxy_secret), "", 16, 255, LIVE,
	  "FastCGI parameter PROXY_SECRET that a request must bear; at least 16 characters" },
	{ "server", "workers", conf_read_number, AT(workers), "4", 1, 1024, LIVE,
	  "worker processes, one request and one database connection each" },
	{ "server", "user", conf_read_text, AT(user), "owsd", 0, 0, RESTART,
	  "account that workers become when owsd is started as root" },
	{ "server", "group", conf_read_text, AT(group), "", 0, 0, RESTART,
	  "group of workers and socket; empty: the user's own" },
	{ "server", "pid_file", conf_read_path, AT(pid_file), "", 0, 0, RESTART,
	  "names the supervisor's process; empty: none (owsadm reload needs it)" },
	{ "server", "log_file", conf_read_path, AT(log_file), "", 0, 0, LIVE,
	  "empty: standard error; SIGHUP opens it again" },
	{ "server", "log_level", conf_read_level, AT(log_level), "note", 0, 0, LIVE,
	  "error, warn, note or trace" },
	{ "server", "retire_after", conf_read_number, AT(retire_after), "100000", 1, 1000000000, LIVE,
	  "requests after which a worker makes room for a fresh one" },
	{ "server", "retire_mib", conf_read_number, AT(retire_mib), "32", 8, 4096, LIVE,
	  "resident memory in MiB beyond which a worker makes room" },
	{ "server", "stuck_after", conf_read_number, AT(stuck_after), "120", 1, 86400, LIVE,
	  "seconds without progress in one request after which a worker is killed" },
	{ "server", "stop_after", conf_read_number, AT(stop_after), "30", 1, 3600, LIVE,
	  "seconds that requests in flight are given when owsd or a worker stops" },
	{ "server", "state_dir", conf_read_path, AT(state_dir), "/var/lib/owsd", 0, 0, LIVE,
	  "what outlives a restart: the newest change number seen of each list" },
	{ "server", "spool_dir", conf_read_path, AT(spool_dir), "/var/tmp", 0, 0, LIVE,
	  "answers beyond memory, as files without a name" },
	{ "server", "htdocs", conf_read_path, AT(htdocs), OWSD_DATA_DIR "/htdocs", 0, 0, LIVE,
	  "static files of the portal" },
	/* site */
	{ "site", "base_url", conf_read_url, AT(base_url), NULL, 0, 0, LIVE,
	  "address of the portal as users type it; all links begin with it" },
	{ "site", "title", conf_read_text, AT(title), "Lists", 0, 0, LIVE,
	  "name of the site on pages and in Outlook's folder names" },
	{ "site", "alternate_urls", conf_read_text, AT(alternate_urls), "", 0, 0, LIVE,
	  "other addresses of the same site, with commas between; empty: base_url" },
	{ "site", "timezone", conf_read_zone, AT(zone_name), "UTC", 0, 0, LIVE,
	  "IANA name; of dates that clients ask for in site time, and of pages" },
	{ "site", "min_minutes", conf_read_number, AT(min_minutes), "0", 0, 1440, LIVE,
	  "shortest time between two synchronisations that Outlook is told" },
	{ "site", "recommended_minutes", conf_read_number, AT(recommended_minutes), "5", 1, 1440, LIVE,
	  "time between two synchronisations that Outlook is told" },
	{ "site", "page_rows", conf_read_number, AT(page_rows), "1000", 1, LIMIT_PAGE_ROWS, LIVE,
	  "most rows of one answer with changes" },
	{ "site", "admin", conf_read_text, AT(site_admin), "", 0, 0, LIVE,
	  "logins that may see the status page, with commas between" },
	/* database */
	{ "database", "socket", conf_read_path, AT(database.socket), "/run/mysqld/mysqld.sock", 0, 0, LIVE,
	  "MariaDB's Unix socket; not used when host is given" },
	{ "database", "host", conf_read_text, AT(database.host), "", 0, 0, LIVE,
	  "MariaDB's host; empty: the Unix socket" },
	{ "database", "port", conf_read_unsigned, AT(database.port), "3306", 1, 65535, LIVE,
	  "MariaDB's port on that host" },
	{ "database", "user", conf_read_text, AT(database.user), "owsd", 0, 0, LIVE,
	  "the daemon's account; owsadm install makes it and grants what the providers need" },
	{ "database", "password", conf_read_secret, AT(database.password), "", 0, 255, LIVE,
	  "its password" },
	{ "database", "password_file", conf_read_path, AT(password_file), "", 0, 0, LIVE,
	  "file whose first line is its password" },
	{ "database", "name", conf_read_text, AT(database.database), "ows", 0, 0, LIVE,
	  "the sync database" },
	{ "database", "timeout", conf_read_unsigned, AT(database.timeout_s), "30", 1, 3600, LIVE,
	  "seconds to connect, and to wait for one answer" },
	{ "database", "sql_dir", conf_read_path, AT(sql_dir), OWSD_DATA_DIR "/sql", 0, 0, LIVE,
	  "schema files of the sync database" },
	{ "database", "admin_user", conf_read_text, AT(admin.user), "root", 0, 0, LIVE,
	  "account that owsadm install and uninstall use" },
	{ "database", "admin_password_file", conf_read_path, AT(admin_password_file), "", 0, 0, LIVE,
	  "file whose first line is that account's password; empty: none" },
	/* users */
	{ "users", "view", conf_read_text, AT(users_view), "", 0, 0, LIVE,
	  "table or view of the users, schema.view; empty: a login stands for its person" },
	{ "users", "id", conf_read_text, AT(users.id), "id", 0, 0, LIVE,
	  "its column with the person's number, which never changes" },
	{ "users", "login", conf_read_text, AT(users.login), "login", 0, 0, LIVE,
	  "its column with the login" },
	{ "users", "name", conf_read_text, AT(users.name), "name", 0, 0, LIVE,
	  "its column with the name that people read; empty: the login" },
	{ "users", "mail", conf_read_text, AT(users.mail), "", 0, 0, LIVE,
	  "its column with the e-mail address; empty: none" },
	/* providers */
	{ "providers", "dir", conf_read_dirs, AT(provider_dir), "/etc/owsd/providers", 0, 0, LIVE,
	  "folders of lists, with colons between; each list is <dir>/<name>/provider.ini" },
};
#define KEY_N (sizeof(keys) / sizeof(keys[0]))

/* The first line of a file, on the arena; NULL and errno set. */
static const char *
first_line(struct arena *a, const char *path)
{
	char line[1024];
	FILE *f = fopen(path, "re");
	const char *got;

	if (!f)
		return NULL;
	errno = 0;
	got = fgets(line, sizeof(line), f);
	fclose(f);
	if (!got && errno)
		return NULL;
	if (!got)
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return arena_dup(a, str_of(line)).p;
}

static const struct ini_entry *
entry_of(const struct ini *ini, const char *section, const char *name)
{
	const struct ini_section *s = ini_section(ini, section);

	return s ? ini_entry(s, name) : NULL;
}

/* What one key alone cannot know. */
static void
check_together(struct conf *c, const struct ini *ini, struct ini_problems *p)
{
	struct arena *a = p->arena;

	if (c->listen_kind == LISTEN_TCP && !c->proxy_secret)
		ini_problem(p, c->file, entry_of(ini, "server", "listen"),
		    "whoever reaches a TCP port can claim any user: set proxy_secret, and the "
		    "same FastCGI parameter PROXY_SECRET in the web server, or use unix:PATH");
	if (c->password_file) {
		if (c->database.password)
			ini_problem(p, c->file, entry_of(ini, "database", "password_file"),
			    "password is given, too; leave one of them out");
		c->database.password = first_line(a, c->password_file);
		if (!c->database.password)
			ini_problem(p, c->file, entry_of(ini, "database", "password_file"),
			    "%s cannot be read: %s", c->password_file, strerror(errno));
	}
	if (c->admin_password_file) {
		c->admin.password = first_line(a, c->admin_password_file);
		if (!c->admin.password) /* the daemon itself can do without */
			ini_warning(p, c->file,
			    entry_of(ini, "database", "admin_password_file"),
			    "%s cannot be read: %s; owsadm install will not get in",
			    c->admin_password_file, strerror(errno));
	}
	if (c->database.host)
		c->database.socket = NULL;
	c->admin.socket = c->database.socket;
	c->admin.host = c->database.host;
	c->admin.port = c->database.port;
	c->admin.database = c->database.database;
	c->admin.timeout_s = c->database.timeout_s;
}

/* [users] view = schema.view, and columns that are there. */
static void
check_users(struct conf *c, const struct ini *ini, struct ini_problems *p)
{
	struct str view, schema = str_cut(str_of(c->users_view), '.', &view);

	c->users.name = c->users.name ? c->users.name : "";
	c->users.mail = c->users.mail ? c->users.mail : "";
	if (!c->users_view)
		return;
	c->users.schema = arena_dup(p->arena, schema).p;
	c->users.view = view.p ? arena_dup(p->arena, view).p : "";
	if (!schema.n || !view.n || memchr(view.p, '.', view.n))
		ini_problem(p, c->file, entry_of(ini, "users", "view"), "\"%s\" is no place of a "
		    "table; expected schema.view", c->users_view);
	if (!c->users.id || !c->users.login)
		ini_problem(p, c->file, entry_of(ini, "users", c->users.id ? "login" : "id"),
		    "is empty; expected the name of a column of %s", c->users_view);
}

static const struct conf_key *
key_of(struct str section, struct str name)
{
	for (size_t i = 0; i < KEY_N; i++)
		if (str_ieq(str_of(keys[i].section), section) &&
		    (!name.p || str_ieq(str_of(keys[i].name), name)))
			return &keys[i];
	return NULL;
}

static void
check_unknown(const struct ini *ini, const char *file, struct ini_problems *p)
{
	for (size_t i = 0; i < ini->section_n; i++) {
		const struct ini_section *s = &ini->section[i];

		for (size_t j = 0; j < s->entry_n; j++) {
			if (!key_of(str_of(s->name), STR_NULL))
				ini_problem(p, file, &s->entry[j], "there is no section [%s]; "
				    "server, site, database, users and providers are known", s->name);
			else if (!key_of(str_of(s->name), str_of(s->entry[j].key)))
				ini_problem(p, file, &s->entry[j], "[%s] has no such key; "
				    "owsd -K lists all", s->name);
		}
	}
}

static const char *
folder_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	return arena_dup(a, (struct str){ file, (size_t)(slash - file) }).p;
}

const struct conf *
conf_load(const char *file, struct ini_problems *p)
{
	struct arena *a = p->arena;
	struct conf *c = ARENA_NEW(a, struct conf);
	const char **values = ARENA_ARRAY(a, const char *, KEY_N);
	struct conf_reader r = { .conf = c, .problems = p };
	size_t before = p->error_n;
	char *real = realpath(file, NULL);
	const struct ini *ini;

	if (!real) {
		ini_problem(p, file, NULL, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	c->file = arena_dup(a, str_of(real)).p;
	free(real);
	c->values = values;
	r.folder = folder_of(a, c->file);
	ini = ini_load(c->file, p);
	if (!ini)
		return NULL;
	check_unknown(ini, c->file, p);
	for (size_t i = 0; i < KEY_N; i++) {
		r.key = &keys[i];
		r.entry = entry_of(ini, keys[i].section, keys[i].name);
		r.text = r.entry ? arena_dup(a, r.entry->value).p : keys[i].standard;
		if (!r.text) {
			ini_problem(p, c->file, NULL, "[%s] %s is missing: %s", keys[i].section,
			    keys[i].name, keys[i].help);
			continue;
		}
		values[i] = r.text;
		keys[i].read(&r);
	}
	check_together(c, ini, p);
	check_users(c, ini, p);
	return p->error_n == before ? c : NULL;
}

/* Written so that ini_load reads it back. */
static void
print_value(FILE *to, const char *text)
{
	if (strpbrk(text, ";#= \"") || !text[0])
		fprintf(to, "\"%s\"", text);
	else
		fputs(text, to);
}

void
conf_print(const struct conf *c, FILE *to)
{
	const char *const *values = c->values;
	const char *section = "";

	for (size_t i = 0; i < KEY_N; i++) {
		if (strcmp(section, keys[i].section) != 0)
			fprintf(to, "%s[%s]\n", i ? "\n" : "", keys[i].section);
		section = keys[i].section;
		fprintf(to, "; %s%s\n%s = ", keys[i].help,
		    keys[i].reload == RESTART ? " (needs a restart)" : "", keys[i].name);
		if (keys[i].read == conf_read_secret && values[i][0])
			fputs("********", to);
		else
			print_value(to, values[i]);
		fputc('\n', to);
	}
}

const char *
conf_needs_restart(const struct conf *was, const struct conf *is)
{
	const char *const *old = was->values, *const *new = is->values;

	for (size_t i = 0; i < KEY_N; i++)
		if (keys[i].reload == RESTART && strcmp(old[i], new[i]) != 0)
			return keys[i].name;
	return NULL;
}

void
conf_document(FILE *to)
{
	for (size_t i = 0; i < KEY_N; i++)
		fprintf(to, "%s\t%s\t%s\t%s\n", keys[i].section, keys[i].name,
		    keys[i].standard ? keys[i].standard : "", keys[i].help);
}
