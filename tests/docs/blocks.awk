# The fenced blocks of a Markdown file, each written to a file OUT/NUMBER. Prints a line for each:
# NUMBER LINE LANGUAGE AFTER MARK. AFTER is the number of the block that ends directly above, or 0;
# MARK is the text of the HTML comment directly above, if any.
# Usage: awk -v out=FOLDER -f blocks.awk FILE

/^ *```/ && !inside {
    inside = 1
    indent = index($0, "`") - 1
    number++
    language = substr($0, indent + 4)
    if (language == "")
        language = "none"
    file = out "/" number
    printf "" >file
    print number, NR, language, above + 0, mark
    mark = ""
    next
}
/^ *```$/ && inside {
    inside = 0
    above = number
    close(file)
    next
}
inside { print substr($0, indent + 1) >file; next }
/^ *<!-- .* -->$/ {
    mark = $0
    gsub(/^ *<!-- | -->$/, "", mark)
    next
}
/[^ ]/ { mark = ""; above = 0 }
END {
    if (inside)
        print number + 1, NR, "unclosed", 0, ""
}
