#!/bin/bash
# test_portal.sh -- the portal in a real browser: the sample stack, and one list that only
# alice may read. Screenshots are kept in $BUILD/browser/shots, to be looked at.
#
# Needs Debian's chromium and a font, node and npm (which fetches playwright-core once into
# $BUILD/browser); skipped where they are missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(readlink -f "${BUILD:-build}")
ADDR=${ADDR:-127.77.250.1} PORT=${PORT:-8080}
work=$BUILD/browser

for tool in chromium node npm; do
	command -v $tool > /dev/null || { echo "$tool is not installed"; exit 77; }
done
mkdir -p "$work/shots"
if [ ! -d "$work/node_modules/playwright-core" ]; then
	echo '{ "private": true }' > "$work/package.json"
	npm install --prefix "$work" --no-save --no-audit --no-fund playwright-core > "$work/npm.log" 2>&1 ||
		{ echo "playwright-core cannot be fetched (see $work/npm.log)"; exit 77; }
fi

tmp=${TMPDIR:-/tmp}
dir=$(mktemp -d "$tmp/portal.XXXXXX") && chmod 755 "$dir"
stop() {
	"$here/../stack/stack.sh" down "$dir/run"
	rm -rf "$(readlink -f "$dir/run")" "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$dir/providers/private"
cat > "$dir/providers/private/provider.ini" <<'INI'
[provider]
name = Private <b>contacts</b>
id = {0B6A6C1D-8C7B-4C0E-9E51-6E1D7A2F4C90}
type = contacts
description = For one pair of eyes & no other
[source]
view = portal_test.v_people
key = id
[track]
mode = scan
[write]
mode = none
[access]
read = alice
[fields]
Title = last_name
Email = email
WebPage = web
INI
cat > "$dir/providers/private/people.sql" <<'SQL'
CREATE DATABASE portal_test CHARACTER SET utf8mb4;
USE portal_test;
CREATE TABLE people (id INT PRIMARY KEY, last_name VARCHAR(200), email VARCHAR(200), web VARCHAR(200));
INSERT INTO people VALUES
  (1, '<script>document.title = "broken"</script>', 'x@example.net', 'javascript:alert(1)'),
  (2, REPEAT('W', 180), CONCAT(REPEAT('w', 120), '@example.net'), 'https://example.net/');
CREATE VIEW v_people AS SELECT * FROM people;
SQL

export OWS_QUIET=1 OWS_WORKERS=2 PROVIDERS=$dir/providers
"$here/../stack/stack.sh" up "$dir/run" "$ADDR" "$PORT" || exit 1
MODULES=$work SHOTS=$work/shots BASE=http://$ADDR:$PORT node "$here/portal.mjs"
