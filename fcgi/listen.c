/*
 * listen.c -- the listening socket: our own (Unix, TCP) or an inherited one, on
 * descriptor 0 as spawn-fcgi gives it or from 3 as systemd does.
 *
 * Whoever can connect can claim any user. A Unix socket is guarded by its mode
 * and its folder; TCP by the proxy secret, which conf.c insists on, and which an
 * inherited TCP socket needs as well.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, SOCK_NONBLOCK */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "num.h"

#define BACKLOG 1024
#define SYSTEMD_FIRST_FD 3

/* Nobody else may put a socket of his own in the place of ours. */
static bool
folder_is_safe(const char *path, struct err *e)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *folder;
	struct stat st;

	strcpy(copy, path); /* conf_load has measured it */
	folder = dirname(copy);
	if (stat(folder, &st)) {
		err_set(e, E_INVALID, "the socket's folder %s: %s; make it, or let the service "
		    "manager do that (systemd: RuntimeDirectory=)", folder, strerror(errno));
		return false;
	}
	if (((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)) ||
	    (st.st_uid != 0 && st.st_uid != geteuid())) {
		err_set(e, E_INVALID, "the socket's folder %s can be written by others: it must "
		    "belong to root, or to the account that starts owsd, and be closed to the rest",
		    folder);
		return false;
	}
	return true;
}

/* Away with what a crash left behind, but not with a socket that is served. */
static bool
take_place(const struct sockaddr_un *at, struct err *e)
{
	struct stat st;
	int fd, rc;

	if (lstat(at->sun_path, &st))
		return true;
	if (!S_ISSOCK(st.st_mode)) {
		err_set(e, E_INVALID, "%s is there already and no socket", at->sun_path);
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)at, sizeof(*at));
	if (fd >= 0)
		close(fd);
	if (rc == 0) {
		err_set(e, E_INVALID, "another process answers on %s; stop it first",
		    at->sun_path);
		return false;
	}
	return unlink(at->sun_path) == 0;
}

static int
open_unix(const struct conf *c, const struct identity *who, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t was;
	int fd, rc;

	strncpy(at.sun_path, c->listen_path, sizeof(at.sun_path) - 1);
	if (!folder_is_safe(c->listen_path, e) || !take_place(&at, e))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	was = umask(0777 & ~(mode_t)c->socket_mode);
	rc = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&at, sizeof(at));
	umask(was);
	if (rc == 0 && who->is_change)
		rc = chown(at.sun_path, who->uid, who->gid);
	if (rc == 0)
		rc = listen(fd, BACKLOG);
	if (rc == 0)
		return fd;
	err_set(e, E_FAILED, "cannot listen on %s: %s", at.sun_path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
open_tcp(const struct conf *c, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *at;
	int fd = -1, rc, on = 1;

	rc = getaddrinfo(c->listen_host, c->listen_port, &hints, &at);
	if (rc) {
		err_set(e, E_INVALID, "[server] listen = %s: %s", c->listen, gai_strerror(rc));
		return -1;
	}
	fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
		err_set(e, E_FAILED, "cannot listen on %s: %s", c->listen, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(at);
	return fd;
}

/* systemd's way when the variables are meant for us, else descriptor 0. */
static int
inherited(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	int64_t value;
	int fd = STDIN_FILENO;

	if (pid && n && num_i64(str_of(pid), 1, INT32_MAX, &value) && value == getpid() &&
	    num_i64(str_of(n), 1, 1, &value))
		fd = SYSTEMD_FIRST_FD;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return fd;
}

static int
open_inherited(const struct conf *c, struct err *e)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at), on_n = sizeof(int);
	int given = inherited(), fd, null, on = 0;

	if (getsockopt(given, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_n) || !on ||
	    getsockname(given, (struct sockaddr *)&at, &n)) {
		err_set(e, E_INVALID, "[server] listen = inherit, but descriptor %d is no "
		    "listening socket; start owsd by spawn-fcgi or a systemd socket, or name "
		    "unix:PATH", given);
		return -1;
	}
	if (at.ss_family != AF_UNIX && !c->proxy_secret) {
		err_set(e, E_INVALID, "the inherited socket is TCP: whoever reaches it can claim "
		    "any user; set [server] proxy_secret, or hand over a Unix socket");
		return -1;
	}
	fd = fcntl(given, F_DUPFD_CLOEXEC, SYSTEMD_FIRST_FD + 1);
	null = open("/dev/null", O_RDWR);
	if (fd < 0 || null < 0) {
		err_set(e, E_FAILED, "the inherited socket: %s", strerror(errno));
		return -1;
	}
	if (given == STDIN_FILENO)
		dup2(null, given);
	else
		close(given);
	close(null);
	return fd;
}

int
listen_open(const struct conf *c, const struct identity *who, struct err *e)
{
	int fd = -1;

	switch (c->listen_kind) {
	case LISTEN_UNIX:
		fd = open_unix(c, who, e);
		break;
	case LISTEN_TCP:
		fd = open_tcp(c, e);
		break;
	case LISTEN_INHERIT:
		fd = open_inherited(c, e);
		break;
	}
	/* workers wait in ppoll; a sibling that is faster must not leave one in accept */
	if (fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK)) {
		err_set(e, E_FAILED, "the listening socket: %s", strerror(errno));
		close(fd);
		fd = -1;
	}
	return fd;
}

void
listen_notify(const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* nobody can be told if this fails */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}
