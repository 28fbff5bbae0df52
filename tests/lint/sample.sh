#!/bin/sh
# sample.sh -- owsd.ini with every key at its default, from `owsd -K` on standard input.
printf '; owsd.ini -- every key with its default; see owsd.ini(5). Lines that begin with ; are comments.\n'
awk -F'\t' '
$1 != section { printf "\n[%s]\n", $1; section = $1 }
{ printf "; %s\n", $4 }
$3 == "" && $2 == "base_url" { print "base_url = https://lists.example.test"; next }
{ printf ";%s = %s\n", $2, $3 }'
