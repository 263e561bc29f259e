# statements.awk - turn sql/queries/*.sql into src/db/statements.def.
#
# A statement is its headers, then its text up to the next "-- name:":
#
#     -- name: wallet_find
#     -- params: ledger_id:bigint refs:text[]     (left out where there are none)
#     -- returns: maybe                           (none, one, maybe or many)
#
# Comments are dropped, white space is folded, and what can be wrong is refused
# here, at build time. Plain POSIX awk.

BEGIN {
	split("bool=16 boolean=16 bytea=17 bigint=20 smallint=21 integer=23 text=25 json=114 " \
	      "bpchar=1042 char=1042 timestamptz=1184 uuid=2950 jsonb=3802 " \
	      "bool[]=1000 boolean[]=1000 bytea[]=1001 bigint[]=1016 smallint[]=1005 " \
	      "integer[]=1007 text[]=1009 json[]=199 bpchar[]=1014 char[]=1014 " \
	      "timestamptz[]=1185 uuid[]=2951 jsonb[]=3807", pairs, " ")
	for (i in pairs) {
		split(pairs[i], pair, "=")
		oid[pair[1]] = pair[2]
	}
	split("none one maybe many", words, " ")
	for (i in words)
		known[words[i]] = "RETURNS_" toupper(words[i])
	params_max = 20
}

FNR == 1 { finish() }

/^-- name:/ {
	finish()
	name = header()
	if (name !~ /^[a-z][a-z0-9_]*$/)
		fail("not a name: '" name "'")
	if (name in seen)
		fail(name " stands twice, first at " seen[name])
	seen[name] = FILENAME ":" FNR
	where = seen[name]
	count = 0
	types = returns = text = ""
	next
}

/^-- params:/ && name != "" { params(header()); next }

/^-- returns:/ && name != "" {
	if (!(header() in known))
		fail(name " returns '" header() "', not none, one, maybe or many")
	returns = known[header()]
	next
}

name == "" {
	if ($0 !~ /^[ \t]*(--.*)?$/)
		fail("text before the first '-- name:'")
	next
}

{ text = text $0 "\n" }

END {
	if (!failed)
		finish()
	if (failed)
		exit 1
}

function fail(message)
{
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

function header(    value)
{
	value = $0
	sub(/^-- [a-z]+:[ \t]*/, "", value)
	sub(/[ \t\r]+$/, "", value)
	return value
}

function params(list,    items, n, i, type)
{
	n = split(list, items, /[ \t]+/)
	for (i = 1; i <= n; i++) {
		if (items[i] !~ /^[a-z][a-z0-9_]*:./)
			fail(name ": parameter '" items[i] "' is not name:type")
		type = items[i]
		sub(/^[^:]*:/, "", type)
		if (!(type in oid))
			fail(name ": unknown type '" type "'")
		types = types (count++ ? ", " : "") oid[type] "u"
	}
	if (count > params_max)
		fail(name " has more than " params_max " parameters")
}

# Emit the statement that was read.
function finish(    line)
{
	if (name == "" || failed)
		return
	if (returns == "")
		fail(name " (" where ") has no '-- returns:'")
	line = fold(text)
	if (line == "")
		fail(name " (" where ") has no text")
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\"", line)
	printf "STATEMENT(%s, %s, \"%s\", %d, {%s})\n", name, returns, line, count,
	       count ? types : "0"
	name = ""
}

# Drop comments, the last semicolon and spare white space; quoted text stays as it is.
function fold(sql,    out, c, quote, space, ended, n)
{
	out = quote = ""
	space = ended = n = 0
	while (sql != "") {
		c = substr(sql, 1, 1)
		if (quote == "" && match(sql, /^--[^\n]*/) || quote == "" && match(sql, /^[ \t\r\n]+/)) {
			space = 1
			sql = substr(sql, RLENGTH + 1)
			continue
		}
		if (quote == "" && substr(sql, 1, 2) == "/*") {
			n = index(sql, "*/")
			if (n == 0)
				fail(name " (" where ") has an open comment")
			space = 1
			sql = substr(sql, n + 2)
			continue
		}
		if (c == "\n")
			fail(name " (" where ") has a line break in quotes")
		if (quote == "" && match(sql, /^\$[0-9]+/) && substr(sql, 2, RLENGTH - 1) + 0 > count)
			fail(name " (" where ") uses " substr(sql, 1, RLENGTH) " of " count " parameters")
		if (quote == "" && match(sql, /^\$[a-z_]*\$/))
			fail(name " (" where ") has dollar quotes")
		if (ended)
			fail(name " (" where ") has several statements")
		if (quote == "" && c == ";") {
			ended = 1
			sql = substr(sql, 2)
			continue
		}
		if (c == quote)
			quote = ""
		else if (quote == "" && (c == "'" || c == "\""))
			quote = c
		out = out (space && out != "" ? " " : "") c
		space = 0
		sql = substr(sql, 2)
	}
	if (quote != "")
		fail(name " (" where ") has an open quote")
	return out
}
