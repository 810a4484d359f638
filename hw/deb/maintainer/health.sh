#!/bin/sh
# Watch a version that an upgrade brought: healthy is ready (READY=1), and so for ten seconds on end, within a minute.
# Else the one before is put back. A broker or a PBX that cannot be reached is nothing that makes it unhealthy.
#
# postinst leaves the work in the file `trial` and does not wait: dpkg is done long before. This is a unit of its own,
# and the file stays until the verdict: after a power cut in that minute the next start of the machine goes on with it.
set -eu
# shellcheck source=common.sh
. @FOLDER@/common.sh

longest_s=60 steady_s=10 deaths=3
unit=@UNIT@.service settings=/etc/wallboard/@ROLE@.yaml

uptime_s() {   # the clock on the wall may not be set yet
    read -r seconds _ < /proc/uptime
    echo "${seconds%.*}"
}

show() {
    systemctl show --property="$1" --value "$unit"
}

tell() {   # in the journal, and for `wallboardctl doctor`; a full disk keeps nobody from going back
    say "$*"
    echo "$*" > "$rolled_back" || true
}

# Why it ended with exit code 2: its settings, or a file that they name. The version before is asked about the settings;
# such a file only the service can judge, as its own user, so it is asked what it said.
refusal() {
    if ! "$base/$old/bin/wallboardctl" check "$settings" > /dev/null 2>&1; then
        echo "$settings is wrong for the version before too, see: wallboardctl check $settings"
        return
    fi
    said=$(journalctl --namespace=wallboard --quiet --output=cat "_SYSTEMD_INVOCATION_ID=$(show InvocationID)" |
        grep -m 1 '^[^ ]*:[0-9]*:[0-9]*: ') || said=""
    case $said in
    *_file:\ * | *_env:\ *) echo "a file or variable that the settings name cannot be used, by whichever version: $said" ;;
    */thresholds.yaml:*) echo "not the version and not $settings, but: $said" ;;
    *) echo "it refuses the configuration that the version before accepts${said:+: $said}" ;;
    esac
}

# Nothing when it is healthy, else why not.
verdict() {
    end=$(($(uptime_s) + longest_s)) run="" since=0
    while now=$(uptime_s) && [ "$now" -lt "$end" ]; do
        case "$(show ActiveState)" in
        active)
            # A restart is another invocation, and then the ten seconds begin anew.
            if [ "$(show InvocationID)" != "$run" ]; then run=$(show InvocationID) since=$now; fi
            if [ $((now - since)) -ge $steady_s ]; then return; fi
            ;;
        failed)
            if [ "$(show ExecMainStatus)" = 2 ]; then
                refusal
            else
                echo "it failed ($(show Result), exit code $(show ExecMainStatus))"
            fi
            return
            ;;
        inactive)   # somebody has stopped it: nothing is known against this version
            if [ "$(show Job)" = 0 ] || [ -z "$(show Job)" ]; then return; fi
            end=$((now + longest_s))   # while the machine starts it may wait long for a PBX: its minute has not begun
            ;;
        *) run="" ;;
        esac
        if [ "$(show NRestarts)" -ge $deaths ]; then
            echo "it died $deaths times (exit code $(show ExecMainStatus))"
            return
        fi
        sleep 1
    done
    echo "it was not ready and steady within $longest_s s"
}

[ -e "$trial" ] || exit 0
new=$(target "$link") old=$(target "$before")
if [ "$(cat "$trial")" = restart ]; then
    echo watch > "$trial" || true   # on a full disk the verdict counts all the same
    systemctl reset-failed "$unit" || true   # and NRestarts with it
    systemctl restart --no-block "$unit"
    sleep 1
fi
why=$(verdict)

if [ -z "$why" ]; then
    rm -f "$trial" "$rolled_back"
    prune
    say "version ${new%/*} is healthy"
elif ! "$base/$old/bin/python" -I -c 'import config' 2> /dev/null; then
    rm -f "$trial"
    tell "${new%/*} is not healthy and stays, for there is no version before it to go back to: $why"
else
    point "$link" "$old"
    rm -f "$trial" "$before"
    tell "${new%/*} was refused: $why; ${old%/*} is in use again"
    say "see journalctl --namespace=wallboard -u @UNIT@"
    systemctl reset-failed "$unit" || true
    systemctl restart --no-block "$unit"
fi
