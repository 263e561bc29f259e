# Coverage by folder of src/ from gcovr's CSV, one row a file. Fails if a folder of LIMITED (names separated by
# spaces) has less than LIMIT percent of its lines.
BEGIN { FS = ","; n = split(LIMITED, names, " "); for (i = 1; i <= n; i++) limited[names[i]] = 1 }

NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }

{
	split($1, part, "/")
	add(part[2])
	add("all")
}

function add(folder) {
	lines[folder] += $column["line_total"]
	lines_run[folder] += $column["line_covered"]
	branches[folder] += $column["branch_total"]
	branches_run[folder] += $column["branch_covered"]
}

function percent(part, whole) {
	return whole > 0 ? 100 * part / whole : 100
}

function show(folder, mark) {
	printf "%-10s %7d %7.1f %% %9d %7.1f %%%s\n", folder, lines[folder],
		percent(lines_run[folder], lines[folder]), branches[folder],
		percent(branches_run[folder], branches[folder]), mark
}

END {
	printf "%-10s %7s %9s %9s %9s\n", "folder", "lines", "run", "branches", "taken"
	for (folder in limited)
		if (!(folder in lines)) {
			print "FAIL: nothing was counted in " folder
			failed = 1
		}
	for (folder in lines)
		names_found[++found] = folder
	for (i = 2; i <= found; i++)
		for (j = i; j > 1 && names_found[j] < names_found[j - 1]; j--) {
			name = names_found[j]
			names_found[j] = names_found[j - 1]
			names_found[j - 1] = name
		}
	for (i = 1; i <= found; i++) {
		folder = names_found[i]
		low = folder in limited && percent(lines_run[folder], lines[folder]) < LIMIT
		show(folder, low ? "  FAIL: less than " LIMIT " %" : "")
		failed = failed || low
	}
	exit failed
}
