#!/bin/sh
# After the files went. `remove` keeps settings and state, `purge` keeps nothing; neither touches what belongs to the
# other package, @OTHER@. None of this package's own files is there any more.
set -eu

base=/opt/wallboard

# Has the other package settings or state here, be it removed itself?
other_is_here() {
    # shellcheck disable=SC2016  # dpkg's own variable
    case "$(dpkg-query --show --showformat '${db:Status-Status}' @OTHER@ 2> /dev/null || true)" in
    '' | not-installed) return 1 ;;
    esac
}

case "$1" in
remove | disappear | purge)
    rm -f "$base"/@ROLE@ "$base"/@ROLE@.* "$base"/*/@ROLE@/complete   # `complete` first: see remove() in common.sh
    rm -rf "$base"/*/@ROLE@
    ;;
esac

if [ "$1" = purge ]; then
    for each in @UNIT@.service @NAME@-health.service; do
        deb-systemd-helper purge "$each" > /dev/null || true
        deb-systemd-helper unmask "$each" > /dev/null || true
    done
    rm -rf /var/lib/@USER@ @PURGED@
    rm -f /etc/wallboard/@ROLE@.yaml
    # Secrets of this service. One that the other's settings name too is root's now, and so the other's at its next start.
    for each in /etc/wallboard/*; do
        if ! [ -f "$each" ] || [ "$(stat -c %U "$each")" != @USER@ ]; then continue; fi
        if grep -qsF -- "${each##*/}" /etc/wallboard/@OTHERROLE@.yaml; then chown root: "$each"; else rm -f "$each"; fi
    done
    if ! other_is_here; then
        # Settings, secrets and certificates, by the names they have. A site's authority in pki/, without which each of
        # its boards needs a new card, is not ours to delete, nor is anything else that somebody keeps here.
        rm -f /etc/wallboard/*.yaml /etc/wallboard/*.yaml.* /etc/wallboard/*.yaml~ /etc/wallboard/*.schema.json \
            /etc/wallboard/*.secret /etc/wallboard/*.key /etc/wallboard/*.crt
        if [ -d /etc/wallboard ] && ! rmdir /etc/wallboard 2> /dev/null; then
            echo "@NAME@: what is in /etc/wallboard still is not of this package:" \
                "$(find /etc/wallboard -mindepth 1 -maxdepth 1 -printf '%f ')"
        fi
        if [ -d /run/systemd/system ]; then
            systemctl stop 'systemd-journald*@wallboard.*' > /dev/null 2>&1 || true
        fi
        rm -rf /var/log/journal/*.wallboard /run/log/journal/*.wallboard /run/systemd/journal.wallboard
    fi
    # Only if it is ours: somebody may have given his own login this name.
    case "$(getent passwd @USER@ | cut -d : -f 6)" in
    /var/lib/@USER@) userdel @USER@ || echo "@NAME@: the user @USER@ is busy with something and stays" ;;
    esac
fi

case "$1" in
remove | disappear | purge)
    rmdir --ignore-fail-on-non-empty "$base"/*/ "$base" 2> /dev/null || true
    if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
    ;;
esac
