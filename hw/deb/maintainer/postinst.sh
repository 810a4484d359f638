#!/bin/sh
# After unpacking: the service's user, the environment of this version, the link to it, and the service.
#
# Until the link is switched nothing that is in use has changed, and whatever fails before leaves the version before at
# work: `dpkg --configure -a` tries again.
set -eu

# shellcheck source=common.sh
. @FOLDER@/common.sh

offer_wallboardctl() {
    update-alternatives --quiet --install /usr/bin/wallboardctl wallboardctl "$link/bin/wallboardctl" @PRIORITY@
}

case "$1" in
configure | triggered) ;;
abort-remove)   # what prerm has undone
    if [ -L "$link" ]; then offer_wallboardctl; fi
    if has_systemd; then systemctl start --no-block @UNIT@.service; fi
    exit 0
    ;;
*) exit 0 ;;   # abort-upgrade and the like: the service has run on
esac

if [ "$1" = triggered ]; then
    # /usr/bin/python3 has changed. A new release of Debian has another Python, and that needs another environment.
    [ -L "$link" ] || exit 0
    [ "$(the_python)" != "$(cut -d ' ' -f 1 "$link/complete")" ] || exit 0
fi

# A purge leaves the group where an administrator has put people into it, to read the history.
if getent group @USER@ > /dev/null; then group="--gid @USER@"; else group=--user-group; fi
# shellcheck disable=SC2086  # an option and its value
getent passwd @USER@ > /dev/null || useradd --system $group --home-dir /var/lib/@USER@ --no-create-home \
    --shell /usr/sbin/nologin --comment '@TITLE@' @USER@
@FOLDER@/secrets

mkdir -p "$base"
prune
new=$(@FOLDER@/environment)
old=$(target "$link")

# Is there something at work that could be worse off? Then the new version has to prove itself.
state=inactive
if has_systemd; then
    systemctl stop @NAME@-health.service 2> /dev/null || true   # the version that it watches goes
    state=$(systemctl show --property=ActiveState --value @UNIT@.service)
fi
if [ "$new" != "$old" ]; then
    if [ -n "$old" ]; then
        # While a version is on trial, the one to go back to is the one before it.
        if ! [ -e "$trial" ]; then point "$before" "$old"; fi
        case "$state" in active | activating | reloading) : > "$trial" ;; esac
        if [ -e "$trial" ]; then echo restart > "$trial"; fi   # the one that was on trial, and did not run just now, too
    fi
    rm -f "$rolled_back"
    point "$link" "$new"
fi
offer_wallboardctl

for each in @UNIT@.service @NAME@-health.service; do
    deb-systemd-helper unmask "$each" > /dev/null || true
    if deb-systemd-helper --quiet was-enabled "$each"; then
        deb-systemd-helper enable "$each" > /dev/null || true
    else
        deb-systemd-helper update-state "$each" > /dev/null || true
    fi
done
if has_systemd; then
    systemctl daemon-reload
    # None of these is waited for: who upgrades a hundred packages does not wait a minute for this one.
    if [ -e "$trial" ]; then
        systemctl restart --no-block @NAME@-health.service
    elif [ "$state" != inactive ]; then
        systemctl restart --no-block @UNIT@.service
    elif [ "$1" = configure ] && { [ -z "${2-}" ] || [ -z "$old" ]; }; then   # installed, or again after `remove`
        if systemctl is-enabled --quiet @UNIT@.service; then systemctl start --no-block @UNIT@.service; fi
    fi
fi

if ! [ -e /etc/wallboard/@ROLE@.yaml ]; then
    say "installed, and waiting for its settings. What to do next:"
    sed 's/^/    /' @FOLDER@/next-steps
fi
@AFTER@
