# shellcheck shell=sh
# Text files that a person or a power cut may have touched: whole writes, words of cmdline.txt, lines of config.txt.

write_whole() {   # write_whole FILE: standard input becomes FILE, whole or not at all (FAT: as near as it gets)
    # FAT keeps a file's size and place beside its name, so the new name has none until the file is synced once more.
    cat >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1" && sync "$1" "$(dirname "$1")"
}

write_line() {   # write_line FILE LINE: over what stands there, in one sector, padded: there is no moment without a root=
    # (A rename on FAT has one in which two names share the new text, and a repair may cut off either.)
    printf '%-*s\n' $(($(wc -c <"$1") - 1)) "$2" | dd of="$1" conv=notrunc,fsync status=none
}

tidy() {   # tidy FILE: its text without a byte-order mark and without CR, to standard output
    sed -e "1s/^$(printf '\357\273\277')//" -e 's/\r*$//' "$1"
}

cmdline_change() {   # cmdline_change FILE DROP ADD: words that match the pattern DROP go, those of ADD are last
    # cmdline.txt is one line of words; the firmware reads no further. The file is left alone when nothing changes.
    changed=$(tidy "$1" | tr '\n' ' ' | awk -v drop="$2" -v add="$3" '{
        out = ""
        for (i = 1; i <= NF; i++) if (drop == "" || $i !~ "^(" drop ")$") out = out (out == "" ? "" : " ") $i
        n = split(add, words, " ")
        for (i = 1; i <= n; i++) out = out (out == "" ? "" : " ") words[i]
        print out
    }')
    case $changed in
        *root=*) ;;
        *) fail "$1: it names no root=…, so the board could not start. Write the card anew (make flash)." ;;
    esac
    if [ "$(sed 's/ *$//' "$1")" != "$changed" ]; then
        write_line "$1" "$changed"
    fi
}

cmdline_has() {   # cmdline_has FILE WORD
    case " $(tidy "$1" | tr '\n' ' ') " in
        *" $2 "*) return 0 ;;
        *) return 1 ;;
    esac
}

config_change() {   # config_change FILE LINES: what was set otherwise is commented out, LINES stand last, under [all]
    # A block between two marks, so that a second run makes the same file; `dtparam=audio=on` of the stock file goes.
    {
        tidy "$1" | sed -e '/^# wallboard: begin/,/^# wallboard: end/d' -e 's/^\(dtparam=audio=on\)/#\1/'
        printf '# wallboard: begin\n[all]\n%s\n# wallboard: end\n' "$2"
    } >"$HERE/config.txt"
    if ! cmp -s "$HERE/config.txt" "$1"; then
        write_whole "$1" <"$HERE/config.txt"
    fi
}

put() {   # put FILE MODE: standard input becomes FILE below the root, with its folder
    mkdir -p "$ROOT$(dirname "$1")"
    write_whole "$ROOT$1"
    chmod "$2" "$ROOT$1"
}
