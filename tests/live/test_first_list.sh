#!/bin/bash
# test_first_list.sh -- the README's way to a first list, with the README's own SQL and sections:
# draft, check, make up PROVIDERS=, changes by SQL and by a client, reload, and the mistakes on the way.
set -u
cd "$(dirname "$0")/../.." || exit 1
export BUILD OWS_FAST=1
T=${TMPDIR:-/tmp}
A=${ADDR:-127.77.8.11}
failed=0

is() { # what, pattern, output
	if printf '%s\n' "$3" | grep -qE -- "$2"; then
		echo "ok - $1"
	else
		echo "not ok - $1, said: $3"
		failed=1
	fi
}
make_() { make -s --no-print-directory "$@" BUILD="$BUILD" RUN="$T/run" ADDR="$A" PORT=8080 2>&1; }
adm() { "$BUILD/owsadm" -c "$T/run/owsd.ini" "$@" 2>&1; }
sql() { mariadb --no-defaults --socket "$T/run/db.sock" --user root "$@"; }
# an indented block of the README, from the line with $1 to the line before $2
readme() { sed -n "/^    $1/,/^    $2/p" README.md | sed '$d; s/^    //'; }
title_on_page() { curl -s -u alice:alice "http://$A:8080/Lists/crm/AllItems.aspx" | grep -o "$1" | head -n 1; }
shows() { # title: within two seconds
	local n=100
	until [ "$(title_on_page "$1")" = "$1" ] || [ $((n -= 1)) = 0 ]; do sleep 0.02; done
	title_on_page "$1"
}
trap 'make_ down' EXIT

make_ up > "$T/up.log" || { cat "$T/up.log"; exit 1; }
readme "CREATE DATABASE crm" SQL | sql || exit 1
mkdir -p "$T/lists/crm"
ini=$T/lists/crm/provider.ini
adm new crm.v_person > "$ini"
is "the draft is right as it stands" 'crm: fine' "$(adm check "$T/lists/crm")"

# [track], [write] and [access] as the README has them, and a field more
for section in track write access; do
	sed -i "/^\[$section\]/,/^\[/{/^\[$section\]/d;/^\[/!d}" "$ini"
done
{ echo 'Birthday = born'; readme '\[track\]' 'build.owsadm -c build.run.owsd.ini check' | sed '/^Look/,$d'; } >> "$ini"
is "the README's sections are right" 'crm: fine' "$(adm check "$T/lists/crm")"
make_ down
out=$(make_ up PROVIDERS="$T/lists")
is "make up serves it" "http://$A:8080/" "$out"
is "and knows that nothing is wrong" '^crm: fine$' "$(adm check)"
out=$("$BUILD/owsadm" probe "http://$A:8080/" --user alice:alice --list v_person --write)
is "a client writes" 'No problem was found' "$out"
sql -e "INSERT INTO crm.person (surname) VALUES ('Inserted')"
is "a row of SQL arrives" Inserted "$(shows Inserted)"

sed -i 's/^Birthday = .*/Birthday = birn/' "$ini"
is "a column with a typo" "provider.ini:[0-9]+: \[fields\] Birthday: .* no column \"birn\"; did you mean born" "$(adm reload; adm check)"
is "the other lists go on" '^customers ' "$(adm status)"
sed -i 's/^Birthday = .*/Birthday = born/; s/^name .*/name = My people/' "$ini"
is "a changed file" '^crm: fine$' "$(adm check)"
adm install > "$T/install.log"
is "reload" 'reads configuration and providers again' "$(adm reload)"
n=250
until page=$(curl -s -u alice:alice "http://$A:8080/") && [[ $page == *"My people"* ]]; do
	[ $((n -= 1)) -gt 0 ] || break
	sleep 0.02
done
is "is served without a restart" 'My people' "$page"
exit $failed
