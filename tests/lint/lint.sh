#!/bin/bash
# lint.sh -- what the compiler does not check: layers, foreign headers, headers that stand
# alone, lengths, banned functions, documents against the tables they describe.
# Closes with "N passed, N failed".
cd "$(dirname "$0")/../.." || exit 1
CC=${CC:-gcc}
BUILD=${BUILD:-build}
passed=0 failed=0

# check "what must be true" "lines that say where it is not"
check() {
	if [ -z "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED   %s:\n' "$1"
		printf '%s\n' "$2" | sed 's/^/    /' | head -n 20
	fi
}

sources() { find fcgi "$@" -name '*.[ch]' | sort; }

check "no relative includes" "$(grep -nE '#[ \t]*include "\.\.?/' $(sources))"

# header, the one file that may include it
while read -r header owner; do
	check "only $owner includes <$header>" \
	    "$(grep -lE "#[ \t]*include <$header" $(sources) | grep -vxE "$owner")"
done <<'TABLE'
fcgiapp.h fcgi/worker.c
fcgi_stdio.h none
mysql fcgi/db/db.c
iniparser/ fcgi/base/ini.c
libxml/ fcgi/base/xml(r|prep).c
openssl/ fcgi/base/hash.c
gmime/ fcgi/base/mime.c
TABLE

check "SQL text only in db/, install and samples" \
    "$(grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM) ' $(find fcgi/base fcgi/sync fcgi/front -name '*.[ch]') fcgi/*.[ch])"
check "SharePoint's spelling not below the fronts" \
    "$(grep -nE 'ows_[A-Z]|owshidden|SharePoint[A-Za-z]*\(|ReplicationID' $(find fcgi/sync fcgi/db -name '*.c') | grep -vE '^\S+:\s*(/?\*)')"
check "only app.c joins db with front" \
    "$(for f in fcgi/*.c; do [ $f = fcgi/app.c ] || { grep -qE '"(front|http|lists/.*)\.h"' $f && grep -qE '"(open|db|check|install)\.h"' $f && echo $f; }; done)"

# each header compiles by itself, with its layer's include path and no other's
declare -A inc=(
	[base]="-Ifcgi/base"
	[sync]="-Ifcgi/base -Ifcgi/sync"
	[db]="-Ifcgi/base -Ifcgi/sync -Ifcgi/db"
	[front]="-Ifcgi/base -Ifcgi/sync -Ifcgi/front"
	[.]="-Ifcgi/base -Ifcgi/sync -Ifcgi/db -Ifcgi/front -Ifcgi"
)
for h in $(find fcgi -name '*.h' | sort); do
	layer=$(printf %s "$h" | cut -d/ -f2)
	[ "${inc[$layer]:-}" ] || layer=.
	check "$h compiles alone" "$(printf '#include "%s"\n' "${h##*/}" |
	    $CC -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Werror \
	    -I"${h%/*}" ${inc[$layer]} -fsyntax-only -x c - 2>&1)"
done

check "C files have at most 500 lines (or say why in the banner)" \
    "$(for f in $(sources); do
	n=$(wc -l < "$f")
	[ "$n" -le 500 ] || sed '/\*\//q' "$f" | grep -q 'lines' || echo "$f: $n"
    done)"
check "lines have at most 90 columns, tables a little more" "$(for f in $(sources); do
	expand -t8 "$f" | awk -v f="$f" 'length > 130 { print f ":" NR ": " length }'; done)"
check "every file begins with a banner that names it" \
    "$(for f in $(sources); do head -n 2 "$f" | grep -qF " ${f##*/} -- " || echo "$f"; done)"
check "no function that cannot be bounded or is not strict" \
    "$(grep -nwE '(strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|system|popen|rand|srand|localtime|gmtime|ctime|setlocale)[ ]*\(' $(sources))"
check "no commented-out code, no XXX without an issue" \
    "$(grep -nE '^#if 0|\b(XXX|TODO|FIXME)\b[^#]*$' $(sources))"

# documents: each configuration key stands in the manual page and in the sample
if [ -x "$BUILD/owsd" ]; then
	keys=$("$BUILD/owsd" -K | cut -f2)
	check "fcgi/owsd.ini.5 describes every key" \
	    "$(for k in $keys; do grep -qE "^\.B[IR]? $k( |$)" fcgi/owsd.ini.5 || echo "$k"; done)"
	check "fcgi/owsd.ini.5 describes no other key" \
	    "$(sed -n 's/^\.TP.*//; s/^\.BI \([a-z_]*\) = .*/\1/p' fcgi/owsd.ini.5 |
	    grep -vxF "$keys")"
	# owsadm: the commands and options that it names itself
	usage=$("$BUILD/owsadm" help; "$BUILD/owsadm" probe 2>&1)
	commands=$(printf '%s\n' "$usage" | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')
	check "fcgi/owsadm.8 describes the commands and no other" \
	    "$(diff <(printf '%s\n' $commands probe help | sort -u) \
	    <(sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' fcgi/owsadm.8 |
	    sed -n '/^\.TP/{n;s/^\.BI\{0,1\}R\{0,1\} "\{0,1\}\([a-z]\{1,\}\).*/\1/p}' | sort))"
	check "fcgi/owsadm.8 describes every option" \
	    "$(for o in $(printf '%s\n' "$usage" | grep -oE '(^| |\[)--?[a-z-]+' | tr -d ' [' | sort -u); do
		sed 's/\\//g' fcgi/owsadm.8 | grep -qE "^\.BI?R?.*[ \"]$o([ \"]|$)" || echo "$o"; done)"
	check "fcgi/owsd.ini.sample is what owsd -K says" \
	    "$("$BUILD/owsd" -K | tests/lint/sample.sh | diff - fcgi/owsd.ini.sample)"
else
	echo "skipped  documents: $BUILD/owsd is not built"
fi
# provider.ini: the key table of sync/list.c and the names in front/lists/wire.c
provider_keys=$(sed -n 's/^{ "\([a-z]*\)", "\([a-z_]*\)".*/\1 \2/p' fcgi/sync/list.c)
page_keys=$(sed -n '/^\.SH \[/{s/^\.SH \[\(.*\)\]/\1/;h}; /^\.TP/{n;s/^\.B \([a-z_]*\)$/\1/;t key
	d;:key G;s/\(.*\)\n\(.*\)/\2 \1/p}' providers/owsd-provider.5 | grep -E '^(provider|source|track|write|attachments|access) ')
check "the key table of provider.ini is found" "$([ "$(printf '%s\n' "$provider_keys" | wc -l)" -gt 15 ] || echo no)"
check "owsd-provider(5) describes the keys of provider.ini and no other" \
    "$(diff <(printf '%s\n' "$provider_keys" | sort) <(printf '%s\n' "$page_keys" | sort))"
# every field's name is there under its type: tests/unit/front_wire.c; here: no other
check "owsd-provider(5) names no field that is none" \
    "$(comm -13 <(sed -n 's/^\t\(ROW([A-Z0-9_]*\|VARIANT([A-Z_]*, [A-Z_]*\), "\([^"]*\)".*/\2/p' fcgi/front/lists/wire.c |
    tr A-Z a-z | sort -u) \
    <(sed -n '/^\.SH \[fields\]/,/^\.SH \[defaults\]/p' providers/owsd-provider.5 |
    sed -n '/^\.nf/,/^\.fi/p' | grep -v '^\.' | tr -s ' ' '\n' | tr A-Z a-z | sort -u))"
for page in fcgi/*.[58] providers/*.5; do
	[ -e "$page" ] && command -v man > /dev/null &&
		check "$page is well-formed" "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
done
check "the tour names files and functions that are there" \
    "$(grep -oE '`[a-z_/]+\.(c|h|def)`' fcgi/README.md | tr -d '`' | sort -u | while read -r f; do
	[ "$(find fcgi -path "*/$f" | wc -l)" -ge 1 ] || echo "$f"; done
    grep -oE '`(struct )?[a-z]+_[a-z_]+`' fcgi/README.md | tr -d '`' | grep -vx 'x_[a-z/_]*' | sort -u | while read -r f; do
	grep -rqwF "$f" fcgi --include='*.[ch]' || echo "$f"; done)"
check "the ledger of requirements: a \"met\" has a test that mentions it, everything else a reason" \
    "$(tests/ledger/ledger.py 2>&1)"
check "shell scripts parse" "$(for f in tests/run.sh $(grep -rlE '^#!/bin/(ba)?sh' tests .ci); do
	[ -e "$f" ] && { head -n1 "$f" | grep -q bash && bash -n "$f" 2>&1 || sh -n "$f" 2>&1; }; done)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
