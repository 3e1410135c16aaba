# apt-entry.awk - finds the entry that tells apt about one more suite of the mirror it uses. For tools/setup.
#
# Reads files of apt sources, both formats; suite is the one wanted, release one that is there. Prints "there" when
# apt knows suite already; else the extension of the file to write, then its text; nothing when there is no entry
# to go by. The text is the entry of release with another suite, so whatever else that says (key, mirror list,
# options) holds for the new one too. Others than Debian name suites after its releases as well: the mirror of
# Debian is the one that also has release-updates.

function has(words, word)
{
    return index(" " words " ", " " word " ") > 0
}

function entry(kind, uris, suites, components, text)
{
    sub(/\/$/, "", uris)            # with or without it, the same mirror
    if (has(suites, suite))
        there = 1
    if (has(suites, release "-updates"))
        debian[uris] = 1
    if (has(suites, release) && has(components, "main")) {
        uri_of[++n] = uris
        text_of[n] = kind "\n" text
    }
}

# The end of a stanza of "Field: words" lines.
function stanza()
{
    if (has(field["types"], "deb") && field["enabled"] !~ /^(no|false|off|0)$/)
        entry("sources", field["uris"], field["suites"], field["components"], \
              "Types: deb\nSuites: " suite "\nComponents: main\n" rest)
    split("", field)
    rest = key = ""
}

FNR == 1 {
    if (stanzas)
        stanza()
    stanzas = FILENAME ~ /\.sources$/
}

# deb [options] URI suite components...
!stanzas {
    sub(/#.*/, "")
    options = ""
    if (match($0, /\[[^]]*\]/)) {
        options = substr($0, RSTART, RLENGTH) " "
        $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
    }
    if ($1 != "deb")
        next
    components = ""
    for (i = 4; i <= NF; i++)
        components = components " " $i
    entry("list", $2, $3, components, "deb " options $2 " " suite " main\n")
    next
}

/^#/ { next }

/^[ \t]*$/ {
    stanza()
    next
}

# A field, or a line that begins with a blank and goes on with one, such as a key.
{
    words = $0
    if (words !~ /^[ \t]/) {
        key = tolower(words)
        sub(/[ \t]*:.*/, "", key)
        sub(/^[^:]*:/, "", words)
    }
    gsub(/[ \t]+/, " ", words)
    gsub(/^ | $/, "", words)
    field[key] = key in field && field[key] != "" ? field[key] " " words : words
    if (key !~ /^(types|suites|components|enabled|x-.*)$/)
        rest = rest $0 "\n"
}

END {
    if (stanzas)
        stanza()
    if (there) {
        print "there"
        exit
    }
    for (i = n; i >= 1; i--)
        if (!(uri_of[i] in debian))
            pick = i
    for (i = n; i >= 1; i--)
        if (uri_of[i] in debian)
            pick = i
    if (pick)
        printf "%s", text_of[pick]
}
