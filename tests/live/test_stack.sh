#!/bin/bash
# test_stack.sh -- make up and make down: two beside each other, sentences for what goes wrong,
# nothing left behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
export BUILD OWS_FAST=1
T=${TMPDIR:-/tmp}
A=${ADDR:-127.77.8.9}
failed=0

is() { # what, status wanted, status, text wanted, output
	if [ "$3" = "$2" ] && printf '%s\n' "$5" | grep -qE -- "$4"; then
		echo "ok - $1"
	else
		echo "not ok - $1: status $3, said: $5"
		failed=1
	fi
}
up() { out=$(make -s --no-print-directory up BUILD="$BUILD" RUN="$1" ADDR="$A" PORT="$2" "${@:3}" 2>&1); }
down() { out=$(make -s --no-print-directory down BUILD="$BUILD" RUN="$1" 2>&1); }
code() { curl -s -o /dev/null -w '%{http_code}' -u alice:alice "http://$A:$1/"; }
trap 'down "$T/one"; down "$T/two"; down "$T/own"' EXIT

up "$T/one" 8080
is "up returns when the portal answers" 0 $? "http://$A:8080/" "$out"
is "it does answer" 0 $? '^200$' "$(code 8080)"
up "$T/two" 8081
is "a second one beside it" 0 $? "http://$A:8081/" "$out"
is "both answer" 0 $? '^200 200$' "$(code 8080) $(code 8081)"
up "$T/one" 8082
is "the same directory is refused" 2 $? 'already runs in' "$out"
up "$T/three" 8080
is "a taken port is refused" 2 $? "already answers on $A:8080; give another port" "$out"
is "and leaves nothing" 0 $? '^0$' "$(pgrep -fc "$T/three/")"
up "$T/$(printf 'x%.0s' {1..100})" 8083
is "a path too long for a socket is refused" 2 $? 'too long for a socket' "$out"
down "$T/two"
is "down" 0 $? '^$' "$out"
is "down leaves no process" 0 $? '^0$' "$(pgrep -fc "$T/two/")"
up "$T/two" 8081
is "up again on the same data" 0 $? "http://$A:8081/" "$out"

mkdir -p "$T/prov/mine"
cat > "$T/prov/mine/1.sql" <<'SQL'
CREATE DATABASE mine;
USE mine;
CREATE TABLE person (id INT AUTO_INCREMENT PRIMARY KEY, last VARCHAR(50) NOT NULL);
INSERT INTO person (last) VALUES ('Own');
CREATE VIEW v AS SELECT * FROM person;
SQL
cat > "$T/prov/mine/provider.ini" <<'INI'
[provider]
name = My own list
id = {0B1E27C8-52C1-4C56-9E7B-7A5B8B1C52E3}
type = contacts
[source]
view = mine.v
key = id
[track]
mode = triggers
tables = mine.person:id
[write]
mode = view
[access]
read = *
write = alice
[fields]
Title = last
INI
up "$T/own" 8084 PROVIDERS="$T/prov" SAMPLES=no
is "own providers, without the samples" 0 $? "http://$A:8084/" "$out"
page=$(curl -s -u alice:alice "http://$A:8084/")
is "the own list is on the portal" 0 $? 'My own list' "$page"
is "the samples are not" 1 "$(printf %s "$page" | grep -q AdventureWorks; echo $?)" . "$page"
exit $failed
