#!/bin/bash
# stack.sh up|run RUN ADDR PORT, stack.sh down|clean RUN -- a private MariaDB, owsd and a web server
# in the directory RUN, answering on ADDR:PORT. Nothing outside RUN is touched.
#
# Environment: BUILD (binaries), PROVIDERS and SAMPLES as the Makefile says, and for tests:
#   OWS_FAST=1         MariaDB without durability (protocol tests only)
#   OWS_WEB=apache     Apache instead of nginx
#   OWS_WORKERS=n      worker processes (4)
#   OWS_SERVER='k = v' further lines for [server], separated by newlines
#   OWS_SITE='k = v'   the same for [site]
#   OWS_CONF='[s] ...' further sections, as they are
set -u
cd "$(dirname "$0")/../.." || exit 1
SRC=$PWD
BUILD=$(readlink -f "${BUILD:-build}")
PROVIDERS=${PROVIDERS:-}
SAMPLES=${SAMPLES:-}
NEED_MB=400
USERS="alice bob carol"

die() { echo "$*" >&2; exit 1; }

as_root=
[ "$(id -u)" = 0 ] && as_root=1
# servers run as nobody when root started us
nobody=()
[ "$as_root" ] && nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

# until SECONDS COMMAND...: poll it; 1 when it never came true
until_true() {
	local left=$(($1 * 50)); shift
	while ! "$@" >/dev/null 2>&1; do
		[ $((left -= 1)) -gt 0 ] || return 1
		sleep 0.02
	done
}
alive() { [ -n "${1:-}" ] && kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
pid_in() { [ -s "$1" ] && tr -cd 0-9 < "$1"; }
gone() { ! alive "$1"; }

# ---- the directory ----------------------------------------------------------

# RUN as an absolute path without links; as root it may become a link to /var/tmp.
make_run() {
	local want=$1 real
	local why
	why=$(mkdir -p "$want" 2>&1) || [ -L "$want" ] ||
		die "The directory $want cannot be made (${why##*: }); give another one: RUN=/tmp/NAME."
	if [ -L "$want" ] && [ ! -d "$want" ]; then # its target was cleaned away
		rm -f "$want"
		mkdir -p "$want"
	fi
	if [ "$as_root" ] && [ ! -L "$want" ] && ! (real=$(readlink -f "$want") && cd / && "${nobody[@]}" test -x "$real/..") 2>/dev/null; then
		rmdir "$want" 2>/dev/null ||
			die "$want is not empty and nobody cannot reach it; remove it, or give RUN=/var/tmp/NAME."
		real=$(mktemp -d /var/tmp/owsd.XXXXXX) || die "/var/tmp cannot be written; give another place: RUN=DIR."
		ln -s "$real" "$want"
	fi
	RUN=$(readlink -f "$want")
	[ ${#RUN} -le 90 ] ||
		die "The path $RUN is too long for a socket (${#RUN} bytes, at most 90); give a shorter one: RUN=/tmp/NAME."
	case $RUN in
	*[!A-Za-z0-9._/@+-]*)
		die "The path $RUN holds a space or another character that cannot stand in every server's configuration; give a plain one: RUN=/tmp/NAME." ;;
	esac
	[ -O "$RUN" ] || [ "$as_root" ] ||
		die "$RUN belongs to $(stat -c %U "$RUN"); give a directory of your own: RUN=/tmp/NAME."
	if [ "$as_root" ]; then
		chown root:nogroup "$RUN" && chmod 770 "$RUN" # MariaDB makes db.sock in it
	else
		chmod 700 "$RUN"
	fi
	local free
	free=$(df -Pm "$RUN" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge $NEED_MB ] ||
		die "The disk of $RUN has $free MB free and $NEED_MB are needed; make room, or put RUN= elsewhere."
	mkdir -p "$RUN"/log "$RUN"/web/tmp "$RUN"/state "$RUN"/spool || die "$RUN cannot be written."
	[ "$as_root" ] && chown -R nobody:nogroup "$RUN"/log "$RUN"/web "$RUN"/state "$RUN"/spool
}

# ---- MariaDB ----------------------------------------------------------------

# One empty data directory per build; each instance starts with a copy.
db_template() {
	local t=$BUILD/db-template work
	[ -e "$t/ready" ] && return
	mkdir -p "$BUILD"
	exec 8> "$BUILD/db-template.lock"
	flock 8
	if [ ! -e "$t/ready" ]; then
		rm -rf "$t"
		work=$(mktemp -d /var/tmp/owsd-template.XXXXXX)
		[ "$as_root" ] && chown nobody:nogroup "$work"
		(cd "$work" && "${nobody[@]}" mariadb-install-db --no-defaults --force --datadir="$work/data" --skip-test-db \
		    --skip-name-resolve --auth-root-authentication-method=normal \
		    --innodb-log-file-size=16M) > "$BUILD/db-template.log" 2>&1 ||
			{ rm -rf "$work"; die "MariaDB's first data directory cannot be made: $(grep -m 1 . "$BUILD/db-template.log") (see $BUILD/db-template.log)"; }
		mkdir -p "$t" && cp -a "$work/data" "$t/" && touch "$t/ready"
		rm -rf "$work"
	fi
	exec 8>&-
}

db_conf() {
	cat <<-CNF
	[mariadbd]
	datadir = $RUN/db/data
	socket = $RUN/db.sock
	pid-file = $RUN/db/pid
	log-error = $RUN/log/mariadb.log
	tmpdir = $RUN/db
	skip-networking
	skip-name-resolve
	innodb-buffer-pool-size = 64M
	innodb-buffer-pool-dump-at-shutdown = 0
	innodb-buffer-pool-load-at-startup = 0
	max-connections = 100
	max-allowed-packet = 64M
	character-set-server = utf8mb4
	collation-server = utf8mb4_unicode_ci
	CNF
	if [ "${OWS_FAST:-}" ]; then
		cat <<-CNF
		skip-log-bin
		innodb-flush-log-at-trx-commit = 0
		innodb-flush-method = nosync
		innodb-doublewrite = 0
		innodb-fast-shutdown = 2
		innodb-log-file-size = 16M
		CNF
	else
		cat <<-CNF
		log-bin = $RUN/db/binlog
		server-id = 1
		binlog-format = ROW
		sync-binlog = 1
		expire-logs-days = 1
		innodb-flush-log-at-trx-commit = 1
		innodb-log-file-size = 64M
		CNF
	fi
}

sql() { mariadb --no-defaults --default-character-set=utf8mb4 -uroot -S "$RUN/db.sock" "$@"; }
db_answers() { mariadb-admin --no-defaults -uroot -S "$RUN/db.sock" ping; }

db_start() {
	if [ ! -e "$RUN/db/data" ]; then
		db_template
		mkdir -p "$RUN/db"
		cp -a "$BUILD/db-template/data" "$RUN/db/data.new" && mv "$RUN/db/data.new" "$RUN/db/data" ||
			die "The data directory cannot be copied to $RUN/db: is the disk full?"
		mkdir -p "$RUN/db/loaded"
	fi
	[ "$as_root" ] && chown nobody:nogroup "$RUN/db"
	db_conf > "$RUN/my.cnf"
	local before
	before=$(cat "$RUN/log/mariadb.log" 2>/dev/null | wc -l)
	# setsid: neither Ctrl-C nor the server's own group kills reach anybody else
	(cd / && exec "${nobody[@]}" setsid mariadbd --defaults-file="$RUN/my.cnf") \
	    > "$RUN/log/mariadb.start" 2>&1 < /dev/null &
	local pid=$!
	db_up_or_dead() { db_answers || gone "$pid"; }
	until_true 60 db_up_or_dead
	db_answers > /dev/null 2>&1 && return
	local why # the first error tells the cause, the last only that it gave up
	why=$(tail -n +$((before + 1)) "$RUN/log/mariadb.log" 2>/dev/null | cat - "$RUN/log/mariadb.start" | tr -d '\a' |
		grep -aE 'ERROR|^mariadbd: ' | head -n 1 | sed 's/.*ERROR\] //' | cut -c1-300)
	die "MariaDB does not start: ${why:-it says nothing} (see $RUN/log/mariadb.log; to begin with an empty database, remove $RUN/db)."
}

# Each .sql once per data directory, in order of name.
load_sql() {
	local dir=$1 f mark sum
	for f in "$dir"/*/*.sql; do
		[ -e "$f" ] || continue
		mark=$RUN/db/loaded/$(readlink -f "$f" | cksum | cut -d' ' -f1)
		sum=$(cksum < "$f")
		if [ -e "$mark" ]; then
			[ "$(cat "$mark")" = "$sum" ] ||
				echo "$f has changed since it was loaded and is not loaded again: mariadb --socket $RUN/db.sock --user root < $f" >&2
			continue
		fi
		sql < "$f" > "$RUN/log/load.log" 2>&1 ||
			die "$f: $(tail -n 1 "$RUN/log/load.log") (what stands before that is loaded already: CREATE OR REPLACE lets the file run again)"
		echo "$sum" > "$mark"
	done
}

# ---- owsd -------------------------------------------------------------------

owsd_conf() {
	local dirs=
	[ "$SAMPLES" = no ] || dirs=$SRC/providers
	[ "$PROVIDERS" ] && dirs=$dirs${dirs:+:}$(readlink -f "$PROVIDERS")
	cat <<-INI
	[server]
	listen = unix:owsd.sock
	user = $([ "$as_root" ] && echo nobody)
	group = $([ "$as_root" ] && echo nogroup)
	workers = ${OWS_WORKERS:-4}
	pid_file = owsd.pid
	log_file = log/owsd.log
	state_dir = state
	spool_dir = spool
	htdocs = $HTDOCS
	${OWS_SERVER:-}

	[site]
	base_url = http://$ADDR:$PORT
	title = Sample lists
	admin = alice
	timezone = ${OWS_TIMEZONE:-Europe/Berlin}
	${OWS_SITE:-}

	[database]
	socket = db.sock
	user = owsd
	password_file = owsd.password
	sql_dir = $SRC/sql
	admin_user = root

	[providers]
	dir = $dirs
	INI
	# the samples have a table of persons, too
	[ "$SAMPLES" = no ] || cat <<-INI

	[users]
	view = assessments.lecturer
	id = lecturer_id
	login = login
	name = name
	mail = mail
	INI
	[ -z "${OWS_CONF:-}" ] || printf '\n%s\n' "$OWS_CONF"
}

owsd_start() {
	HTDOCS=$SRC/htdocs
	if [ "$as_root" ] && ! (cd / && "${nobody[@]}" test -r "$HTDOCS/.") 2>/dev/null; then
		rm -rf "$RUN/htdocs" && cp -R "$SRC/htdocs" "$RUN/htdocs" # workers cannot see the checkout
		HTDOCS=$RUN/htdocs
	fi
	[ -s "$RUN/owsd.password" ] || (umask 077; openssl rand -hex 24 > "$RUN/owsd.password")
	owsd_conf > "$RUN/owsd.ini"
	"$BUILD/owsadm" -c "$RUN/owsd.ini" install > "$RUN/log/install.log" 2>&1 ||
		die "owsadm install: $(tail -n 1 "$RUN/log/install.log") (see $RUN/log/install.log)"
	setsid "$BUILD/owsd" -c "$RUN/owsd.ini" > "$RUN/log/owsd.start" 2>&1 < /dev/null &
	local pid=$!
	owsd_up_or_dead() { [ -S "$RUN/owsd.sock" ] || gone $pid; }
	until_true 20 owsd_up_or_dead
	[ -S "$RUN/owsd.sock" ] && ! gone $pid ||
		die "owsd does not start: $(tail -n 1 "$RUN/log/owsd.start")"
}

# ---- the web server ---------------------------------------------------------

htpasswd() {
	local u
	for u in $USERS ${OWS_USERS:-}; do printf '%s:%s\n' "$u" "$(openssl passwd -apr1 "$u")"; done
}

nginx_conf() {
	cat <<-CNF
	worker_processes 1;
	pid $RUN/web/pid;
	error_log $RUN/log/nginx.log;
	events { worker_connections 512; }
	http {
	    access_log off;
	    server_tokens off;
	    client_body_temp_path $RUN/web/tmp/b; fastcgi_temp_path $RUN/web/tmp/f;
	    proxy_temp_path $RUN/web/tmp/p; uwsgi_temp_path $RUN/web/tmp/u; scgi_temp_path $RUN/web/tmp/s;
	    upstream owsd { server unix:$RUN/owsd.sock; }
	    server {
	        listen $ADDR:$PORT;
	        server_name _;
	        auth_basic "Lists";
	        auth_basic_user_file $RUN/web/htpasswd;
	        include $RUN/web/owsd.locations;
	    }
	}
	CNF
}

apache_conf() {
	local m
	cat <<-CNF
	ServerRoot $RUN/web
	DefaultRuntimeDir $RUN/web
	PidFile $RUN/web/pid
	Mutex file:$RUN/web default
	ErrorLog $RUN/log/apache.log
	ServerName $ADDR
	Listen $ADDR:$PORT
	CNF
	for m in mpm_event authn_core authn_file authz_core authz_user auth_basic env proxy proxy_fcgi; do
		echo "LoadModule ${m}_module /usr/lib/apache2/modules/mod_$m.so"
	done
	cat <<-CNF
	StartServers 1
	ServerLimit 2
	ThreadsPerChild 25
	MaxRequestWorkers 50
	Define OWSD_SOCKET $RUN/owsd.sock
	Define OWSD_HTPASSWD $RUN/web/htpasswd
	<VirtualHost $ADDR:$PORT>
	ServerName $ADDR
	Include $RUN/web/owsd.conf
	</VirtualHost>
	CNF
}

web_start() {
	cp nginx/owsd.* apache/owsd.conf "$RUN/web/"
	[ -s "$RUN/web/htpasswd" ] || htpasswd > "$RUN/web/htpasswd"
	local log=$RUN/log/web.start
	if [ "${OWS_WEB:-nginx}" = apache ]; then
		apache_conf > "$RUN/web/httpd.conf"
		(cd / && "${nobody[@]}" apache2 -f "$RUN/web/httpd.conf" -k start) > "$log" 2>&1
	else
		nginx_conf > "$RUN/web/nginx.conf"
		(cd / && "${nobody[@]}" nginx -p "$RUN/web" -c "$RUN/web/nginx.conf" -e "$RUN/log/nginx.log") > "$log" 2>&1
	fi || die "The web server does not start: $(grep -m 1 -iE 'emerg|\(98\)|\(13\)|error' "$log" || tail -n 1 "$log"); give another port or address: PORT=8081, ADDR=127.0.0.1."
}

# ---- commands ---------------------------------------------------------------

port_is_taken() { timeout 3 bash -c "exec 3<> /dev/tcp/$ADDR/$PORT" 2>/dev/null; }
portal_answers() {
	[ "$(curl -s -o /dev/null -w '%{http_code}' -u alice:alice "http://$ADDR:$PORT/")" = 200 ]
}
# Lists that were installed are numbered (one that cannot be is said in the log and not waited for).
lists_are_ready() {
	[ "$(sql -Ne 'SELECT COUNT(*) FROM ows.ows_list WHERE is_ready = 0')" = 0 ]
}

stop_pid() { # file, seconds
	local pid
	pid=$(pid_in "$1") || return 0
	alive "$pid" || return 0
	kill -TERM "$pid"
	until_true "$2" gone "$pid" || { kill -KILL "$pid"; until_true 5 gone "$pid"; }
}

down() {
	stop_pid "$RUN/web/pid" 10
	stop_pid "$RUN/owsd.pid" 40
	stop_pid "$RUN/db/pid" 30
	rm -f "$RUN/web/pid" "$RUN/owsd.pid" "$RUN/owsd.sock"
}

up() {
	[ -x "$BUILD/owsd" ] || die "$BUILD/owsd is not built; say make."
	[ -z "$PROVIDERS" ] || [ -d "$PROVIDERS" ] || die "PROVIDERS=$PROVIDERS is no directory."
	case $SRC${PROVIDERS:+$(readlink -f "$PROVIDERS")} in
	*[:\;\#\"]*) die "A colon, semicolon, # or quote in the path of the checkout or of PROVIDERS= cannot stand in owsd.ini; use another path." ;;
	esac
	ADDR=$2 PORT=$3
	[[ $PORT =~ ^[0-9]{1,5}$ ]] && [ "$PORT" -ge 1 ] && [ "$PORT" -le 65535 ] ||
		die "PORT=$PORT is no port; give a number from 1 to 65535: PORT=8081."
	make_run "$1"
	if alive "$(pid_in "$RUN/owsd.pid")"; then
		die "An instance already runs in $RUN; stop it first (make down RUN=$1), or give another RUN=."
	fi
	port_is_taken && die "Something already answers on $ADDR:$PORT; give another port: PORT=8081."
	trap 'rc=$?; [ $rc = 0 ] || down; exit $rc' EXIT
	trap 'exit 130' INT TERM HUP
	down # what a crash left
	db_start
	[ "$SAMPLES" = no ] || load_sql "$SRC/providers"
	[ -z "$PROVIDERS" ] || load_sql "$PROVIDERS"
	owsd_start
	web_start
	until_true 30 portal_answers ||
		die "The portal does not answer on http://$ADDR:$PORT/; see $RUN/log."
	until_true 30 lists_are_ready ||
		echo "Not all lists are ready yet; see $RUN/log/owsd.log." >&2
	trap - EXIT INT TERM HUP
}

greet() {
	cat <<-TEXT
	Portal    http://$ADDR:$PORT/
	Users     alice, bob and carol (may only read), each with its own name as password
	Database  mariadb --socket $RUN/db.sock --user root
	Try       ${BUILD#"$SRC"/}/owsadm probe http://$ADDR:$PORT/ --user alice:alice
	Log       $RUN/log/owsd.log
	TEXT
}

case ${1:-} in
up)
	up "$2" "$3" "$4"
	[ "${OWS_QUIET:-}" ] || greet
	;;
run)
	up "$2" "$3" "$4"
	greet
	echo "Ctrl-C stops it."
	trap 'echo; down; exit 0' INT TERM HUP
	pid=$(pid_in "$RUN/owsd.pid")
	tail -n 0 --pid="$pid" -F "$RUN/log/owsd.log" 2>/dev/null &
	wait $!
	down
	die "owsd has ended by itself; see $RUN/log/owsd.log."
	;;
down)
	[ -d "$2" ] || exit 0
	RUN=$(readlink -f "$2")
	down
	;;
clean) # stop it, and remove what make_run may have put elsewhere
	[ -d "$2" ] || exit 0
	RUN=$(readlink -f "$2")
	down
	[ ! -L "$2" ] || case $RUN in /var/tmp/owsd.??????) rm -rf "$RUN" ;; esac
	;;
*)
	die "usage: stack.sh up|run RUN ADDR PORT, stack.sh down|clean RUN"
	;;
esac
