#!/bin/bash
# test_refusal.sh -- what can go wrong when somebody starts owsd: one sentence each, that names
# the value and says what to do, and nothing left running.
set -u
cd "$(dirname "$0")/../.." || exit 1
export BUILD OWS_FAST=1
T=${TMPDIR:-/tmp}
A=${ADDR:-127.77.8.10}
failed=0

ok() { # what, condition's status, what was said
	if [ "$2" = 0 ]; then
		echo "ok - $1"
	else
		echo "not ok - $1, said: $3"
		failed=1
	fi
}
# refused WHAT PATTERN RUN PORT [NAME=VALUE...]: make up fails, and says one sentence like PATTERN
refused() {
	local what=$1 pattern=$2 out said
	out=$(make -s --no-print-directory up BUILD="$BUILD" ADDR="$A" RUN="$3" PORT="$4" "${@:5}" 2>&1)
	said=$(printf '%s\n' "$out" | grep -vE '^make(\[[0-9]+\])?: ')
	[ "$(printf '%s\n' "$said" | wc -l)" = 1 ] && printf '%s\n' "$said" | grep -qE -- "$pattern"
	ok "$what" $? "$out"
	! pgrep -f "$3/" > /dev/null
	ok "$what: nothing is left" $? "$(pgrep -fa "$3/")"
}
stop() {
	make -s down BUILD="$BUILD" RUN="$T/db"
	[ -z "${holder:-}" ] || kill "$holder"
}
trap stop EXIT

refused "a port that is no number" 'PORT=http is no port; give a number' "$T/p" http
refused "a path with a space" 'holds a space.*; give a plain one: RUN=' "$T/a b" 8080
: > "$T/file"
refused "a file instead of a directory" "$T/file cannot be made .*; give another one: RUN=" "$T/file" 8080
refused "a folder of providers that is not there" 'PROVIDERS=/no/such is no directory' "$T/p" 8080 PROVIDERS=/no/such

python3 -c '
import socket, sys, time
s = socket.socket()
s.bind((sys.argv[1], 8089))
print("bound", flush=True)
time.sleep(600)' "$A" > "$T/bound" &
holder=$!
until [ -s "$T/bound" ]; do kill -0 $holder 2> /dev/null || break; done
refused "a port that is taken without an answer" "does not start: .*$A:8089 .*Address already in use.*; give another port" "$T/p" 8089

mkdir -p "$T/own/crm"
printf 'CREATE OR REPLACE DATABASE crm;\nCREATE TABLE crm.t (id INT PRIMARY KEY,);\n' > "$T/own/crm/crm.sql"
refused "an error in SQL" 'own/crm/crm.sql: ERROR 1064 .* at line 2: .*CREATE OR REPLACE' "$T/p" 8080 PROVIDERS="$T/own" SAMPLES=no
printf 'CREATE OR REPLACE DATABASE crm;\n' > "$T/own/crm/crm.sql"
out=$(make -s --no-print-directory up BUILD="$BUILD" ADDR="$A" RUN="$T/db" PORT=8080 PROVIDERS="$T/own" SAMPLES=no 2>&1)
ok "the same file, repaired" $? "$out"
make -s down BUILD="$BUILD" RUN="$T/db"
echo 'CREATE TABLE crm.t (id INT PRIMARY KEY);' >> "$T/own/crm/crm.sql"
out=$(make -s --no-print-directory up BUILD="$BUILD" ADDR="$A" RUN="$T/db" PORT=8080 PROVIDERS="$T/own" SAMPLES=no 2>&1)
printf '%s\n' "$out" | grep -qE "^$T/own/crm/crm.sql has changed since it was loaded .*mariadb --socket"
ok "a file that was loaded and has changed" $? "$out"
make -s down BUILD="$BUILD" RUN="$T/db"

mv "$T/db/db/data/ibdata1" "$T/ibdata1"
refused "a database with a file missing" "MariaDB does not start: InnoDB: .*remove $T/db/db" "$T/db" 8080
mv "$T/ibdata1" "$T/db/db/data/ibdata1"
owner=$(stat -c %u:%g "$T/db/db/data")
[ "$(id -u)" != 0 ] || chown 0:0 "$T/db/db/data"
chmod 500 "$T/db/db/data"
refused "a database that may not write" "MariaDB does not start: .*(Permission denied|writable).*remove $T/db/db" "$T/db" 8080
[ "$(id -u)" != 0 ] || chown "$owner" "$T/db/db/data"
chmod 700 "$T/db/db/data"
exit $failed
