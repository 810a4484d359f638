# shellcheck shell=sh
# What first boot says: to the log as it goes, and to BOOT/wallboard/report.txt for a technician with a laptop.
# The report's last line is always one of: OK …, FAILED: what, what to do, or NOT FINISHED … (the power went).

REPORT=$HERE/report   # lines without CR; the one on the card has them, for old Notepads
: >"$REPORT"
DOING="starting"
FAILED=""
OUTCOME=""

say() {   # a line for the log
    printf 'wallboard: %s\n' "$*" >&2
}

note() {   # a line for the log and for the report
    say "$*"
    printf '%s\n' "$*" >>"$REPORT"
}

step() {   # begin a step; should the power go in it, the report says where it went
    DOING=$1
    note "- $1"
    publish_report "NOT FINISHED: the power went, or it is still working. Put the card back, and leave the board on for 10 minutes."
}

publish_report() {   # publish_report LAST_LINE: the report, with its last line, onto the card
    {
        printf 'First boot of the wallboard, version of the card: %s\n\n' "$(card_version)"
        cat "$REPORT"
        printf '\n%s\n' "$1"
    } | sed 's/$/\r/' | write_whole "$GIVEN/report.txt" || say "report.txt cannot be written"
}

card_version() {   # the versions of the packages on the card, by their file names
    for file in "$GIVEN"/*.deb; do
        [ -e "$file" ] && basename "$file" .deb
    done | sort | tr '\n' ' '
}

fail() {   # fail WHAT AND WHAT TO DO: ends first boot; the next start tries again
    FAILED=$*
    exit 1
}

ended() {   # the trap on exit: whatever happened, the report says so
    trap - EXIT
    [ -n "$OUTCOME" ] && exit 0
    publish_report "FAILED: ${FAILED:-something unforeseen while $DOING (exit code $1). Run 'sudo sh $GIVEN/firstboot.sh $BOOT' and send what it says.}"
    say "FAILED: ${FAILED:-unforeseen, while $DOING}"
    stay_reachable
    sync
    exit 1
}

restart() {   # restart WHY: the next start goes on from here
    OUTCOME="restart"
    note "$1"
    sync
    [ -n "$ROOT" ] || systemctl --no-block reboot
    exit 0
}

done_with_it() {   # the very last: from here on nothing is pending
    OUTCOME="OK"
    publish_report "OK"
    mv -f "$GIVEN/MANIFEST" "$GIVEN/MANIFEST.done"
    say "OK; the board restarts now"
    sync
    [ -n "$ROOT" ] || systemctl --no-block reboot
}

stay_reachable() {   # after a failure somebody may have to look: ssh is up until the next start
    [ -n "$ROOT" ] || systemctl --no-block start ssh 2>/dev/null || true
}

one_at_a_time() {   # cloud-init and wallboard-first-boot.service may both call
    exec 9>"$HERE/lock"
    if command -v flock >/dev/null && ! flock -n 9; then
        say "first boot is already at work"
        exit 0
    fi
}
