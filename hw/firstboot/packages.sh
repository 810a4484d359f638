# shellcheck shell=sh
# The wallboard's own package, offline, and the LED library where the card brings it.

install_packages() {
    # A power cut in the midst of dpkg leaves packages half installed: dpkg itself knows how to go on.
    quietly dpkg --configure -a </dev/null || note "  dpkg had something to finish and could not: $(last_words)"
    found=""
    for name in $(on_the_card '\.deb'); do
        file=$GIVEN/$name
        fits_this_machine "$file" || continue
        found=yes
        if is_installed "$file"; then
            note "  $(deb_name "$file") is installed already"
            continue
        fi
        room_for "$file"
        # confold: /etc/wallboard/board.yaml is ours, and nobody is here to be asked.
        quietly dpkg --install --force-confold --force-confdef "$file" </dev/null ||
            fail "$(deb_name "$file") could not be installed: $(last_words). Provision the card again with packages for this system."
        note "  $(deb_name "$file") installed"
    done
    [ -n "$found" ] || is_board_installed ||
        fail "there is no package for this machine ($(dpkg --print-architecture)) on the card: provision it again with the .deb for it."
}

on_the_card() {   # on_the_card ENDING: names that the manifest has; what else lies there is an earlier card's
    sed -n "s/^[0-9a-f]*  \([^/]*$1\)\$/\1/p" "$HERE/manifest"
}

quietly() {   # quietly COMMAND…: what it says is kept for last_words and for the log
    if DEBIAN_FRONTEND=noninteractive "$@" >"$HERE/said" 2>&1 9>&-; then
        return 0
    fi
    cat "$HERE/said" >&2
    return 1
}

last_words() {   # why a command failed, on one line: dpkg says that first, and then much that is the same for all
    grep -v -e '^ *$' -e 'Errors were encountered' -e 'error processing package' -e 'leaving unconfigured' \
        -e '^ *[a-z0-9-]*$' "$HERE/said" | tail -n 3 | tr '\n' ' ' | tr -s ' ' | cut -c 1-300
}

deb_name() {
    # shellcheck disable=SC2016  # dpkg's own variables
    dpkg-deb --show --showformat '${Package} ${Version}' "$1" 2>/dev/null || basename "$1"
}

fits_this_machine() {   # a card may carry packages for several
    arch=$(dpkg-deb --field "$1" Architecture 2>/dev/null) ||
        fail "$(basename "$1") is no Debian package, or it is damaged: provision the card again."
    [ "$arch" = all ] || [ "$arch" = "$(dpkg --print-architecture)" ]
}

is_installed() {   # is_installed FILE: this very version, and whole
    package=$(dpkg-deb --field "$1" Package)
    version=$(dpkg-deb --field "$1" Version)
    # shellcheck disable=SC2016
    [ "$(dpkg-query --show --showformat '${db:Status-Abbrev}${Version}' "$package" 2>/dev/null)" = "ii $version" ]
}

is_board_installed() {
    # shellcheck disable=SC2016
    [ "$(dpkg-query --show --showformat '${db:Status-Abbrev}' wallboard-board 2>/dev/null)" = "ii " ]
}

room_for() {   # room_for FILE: four times the package, for what it unpacks to and the version before
    need_kb=$(($(wc -c <"$1") * 4 / 1024 + 20480))
    free_kb=$(df -Pk "$ROOT/opt" | awk 'NR == 2 {print $4}')
    [ "$free_kb" -ge "$need_kb" ] ||
        fail "the card is full: $((free_kb / 1024)) MB free and $((need_kb / 1024)) MB needed. Use a card of 8 GB or more, written anew."
}

install_led_library() {   # the board's package knows how, and whether this machine can load what the wheel brings
    for name in $(on_the_card '\.whl'); do
        wheel=$GIVEN/$name
        quietly "${WALLBOARD_RGBMATRIX:-wallboard-rgbmatrix}" "$wheel" ||
            fail "the LED library $(basename "$wheel") cannot be used: $(last_words). Provision the card again with a wheel that was built on such a Pi with this system."
        note "  the LED library $(basename "$wheel") is installed"
    done
}

wait_for_health() {   # an upgrade that is not healthy goes back by itself within a minute, and writes to the system for it
    waited=0
    while [ -e "$ROOT/opt/wallboard/board.trial" ] && [ $waited -lt 150 ]; do
        sleep 2
        waited=$((waited + 2))
    done
    if [ -e "$ROOT/opt/wallboard/board.rolled-back" ]; then
        note "  NOTE: $(head -n 1 "$ROOT/opt/wallboard/board.rolled-back")"
    fi
}
