# shellcheck shell=sh
# Settings and secrets from the card into /etc/wallboard: text without CR and byte-order marks, secrets 0600.

install_settings() {
    mkdir -p "$ROOT/etc/wallboard"
    for file in "$GIVEN"/*.yaml "$GIVEN"/*.crt "$GIVEN"/*.key "$GIVEN"/*.secret; do
        [ -e "$file" ] || continue
        name=${file##*/}
        mode=644
        if is_secret "$name"; then mode=600; fi
        # Never readable by others, not even for a moment.
        (umask 077; tidy "$file" | write_whole "$ROOT/etc/wallboard/$name")
        chmod "$mode" "$ROOT/etc/wallboard/$name"
    done
    for file in "$GIVEN"/*.yaml.txt; do   # Notepad's "Save as", where Windows hides the end of names
        [ ! -e "$file" ] || note "  NOTE: ${file##*/} is not read. Were these the settings? It has to be called $(basename "$file" .txt)"
    done
    [ -s "$ROOT/etc/wallboard/board.yaml" ] || fail "board.yaml is missing on the card: provision the card again."
}

settings_belong_to_the_board() {   # once the package has made its user
    chown root:root "$ROOT"/etc/wallboard/* 2>/dev/null || true
    id -u wallboard >/dev/null 2>&1 || [ -n "$ROOT" ] || fail "the package made no user 'wallboard': this .deb is not the board's."
    for file in "$ROOT"/etc/wallboard/*.key "$ROOT"/etc/wallboard/*.secret; do
        [ ! -e "$file" ] || [ -n "$ROOT" ] || chown wallboard:wallboard "$file"
    done
}

settings_are_right() {   # as the board itself will read them, while somebody still has the card at hand
    wrong=0
    "$ROOT/usr/bin/wallboardctl" check "$ROOT/etc/wallboard/board.yaml" >"$HERE/said" 2>&1 9>&- || wrong=$?
    [ $wrong = 2 ] || return 0   # 2: it was read and is wrong; anything else says nothing about the file
    sed "s|^$ROOT/etc/wallboard/|  |" "$HERE/said" >>"$REPORT"
    fail "board.yaml is wrong, as is said above: correct it on the card, in any editor, and start the Pi with the card again."
}

remove_secrets() {   # what is installed need not lie on a partition that every laptop reads
    # SECRETS is a line a file, as seen from the boot partition. Wi-Fi and login passwords stand in the others.
    for name in $(tidy_if_there "$GIVEN/SECRETS") network-config firstrun.sh custom.toml userconf.txt; do
        erase "$BOOT/$name"
    done
    for file in "$GIVEN"/*.secret "$GIVEN"/*.key "$GIVEN"/*.nmconnection; do
        erase "$file"
    done
    # cloud-init's NoCloud needs a user-data to be one at all; what it said is done.
    for name in user-data vendor-data; do
        [ -e "$BOOT/$name" ] || continue
        erase "$BOOT/$name"
        printf '#cloud-config\n# Done. What stood here may have held passwords and was removed.\n' | write_whole "$BOOT/$name"
    done
    sync
}

tidy_if_there() {
    [ ! -e "$1" ] || tidy "$1"
}

erase() {   # erase FILE: overwritten and removed, so that an undelete tool finds zeros
    [ -f "$1" ] || return 0
    head -c "$(wc -c <"$1")" /dev/zero | dd of="$1" conv=notrunc status=none
    sync "$1"
    rm -f "$1"
}
