#!/bin/sh
# Output and errors of sql/statements.awk. Prints TAP.
set -u

awk=${AWK-awk}
script=${srcdir-.}/sql/statements.awk
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0

report()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '# expected: %s\n# got:      %s\n' "$2" "$3"
	fi
}

# makes NAME EXPECTED, with the query file on standard input
makes()
{
	cat >"$dir/q.sql"
	report "$1" "$2" "$(LC_ALL=C "$awk" -f "$script" "$dir/q.sql" 2>&1)"
}

# refuses NAME MESSAGE, with the query file on standard input
refuses()
{
	cat >"$dir/q.sql"
	message=$(LC_ALL=C "$awk" -f "$script" "$dir/q.sql" 2>&1 >/dev/null)
	report "$1" "1 $2" "$? ${message#"$dir/"}"
}

echo 1..13

makes 'parameters and arrays' \
	'STATEMENT(a_find, RETURNS_MAYBE, "SELECT $1, $2", 2, {20u, 2951u})' <<'END'
-- name: a_find
-- params: id:bigint refs:uuid[]
-- returns: maybe
SELECT $1, $2
END
makes 'comments and white space go, quotes stay' \
	'STATEMENT(a, RETURNS_ONE, "SELECT '"'--  x;'"', \"b  c\", 1 - 2", 0, {0})' <<'END'
-- Text for readers.

-- name: a
-- returns: one
-- More of it.
SELECT '--  x;', -- a comment
       "b  c", /* and
       another */ 1 - 2;
END
makes 'backslashes are escaped' 'STATEMENT(a, RETURNS_NONE, "SELECT '"'\\\\d'"'", 0, {0})' <<'END'
-- name: a
-- params:
-- returns: none
SELECT '\d';
END
refuses 'a name that stands twice' "q.sql:4: a stands twice, first at $dir/q.sql:1" <<'END'
-- name: a
-- returns: one
SELECT 1;
-- name: a
END
refuses 'no name' 'q.sql:1: not a name: '"''" <<'END'
-- name:
END
refuses 'an unknown type' "q.sql:2: a: unknown type 'int'" <<'END'
-- name: a
-- params: n:int
END
refuses 'a parameter without type' "q.sql:2: a: parameter 'n' is not name:type" <<'END'
-- name: a
-- params: n
END
refuses 'too few parameters' "q.sql:4: a ($dir/q.sql:1) uses \$2 of 1 parameters" <<'END'
-- name: a
-- params: n:text
-- returns: one
SELECT $1, $2;
END
refuses 'no number of rows' "q.sql:2: a ($dir/q.sql:1) has no '-- returns:'" <<'END'
-- name: a
SELECT 1;
END
refuses 'an unknown number of rows' "q.sql:2: a returns 'few', not none, one, maybe or many" <<'END'
-- name: a
-- returns: few
END
refuses 'no text' "q.sql:3: a ($dir/q.sql:1) has no text" <<'END'
-- name: a
-- returns: one
;
END
refuses 'text that belongs to nothing' "q.sql:1: text before the first '-- name:'" <<'END'
SELECT 1;
END
refuses 'two statements in one' "q.sql:3: a ($dir/q.sql:1) has several statements" <<'END'
-- name: a
-- returns: one
SELECT 1; SELECT 2;
END
