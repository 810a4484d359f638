# shellcheck shell=sh
# The read-only root. Two words in cmdline.txt switch it on, so that it can be seen and switched off in any laptop:
#   init=/usr/lib/wallboard/wallboard-init   changes go to memory, the state to its partition (see that script)
#   cloud-init=disabled                      the card was provisioned; nothing need look at it again at each start
# No initramfs is rebuilt for it: what others suffer from most is an overlay that is in the initramfs of one kernel
# and not of the next (raspi-config issues 212, 219, 266; bookworm-feedback 326, 383).

TOOLS=/usr/lib/wallboard
INIT=init=$TOOLS/wallboard-init
INIT_PATTERN='init=.*wallboard-init|cloud-init=disabled'

root_is_protected() {
    case ${WALLBOARD_PROTECTED:-} in   # tests say so; containers have an overlay that is not ours
        '') [ -z "$ROOT" ] && [ "$(findmnt -n -o SOURCE /)" = wallboard-overlay ] ;;
        *) [ "$WALLBOARD_PROTECTED" = yes ] ;;
    esac
}

boot_partition_writable() {   # on a protected board it is read-only until somebody means it
    # shellcheck disable=SC2153
    [ -w "$BOOT/cmdline.txt" ] || mount -o remount,rw "$BOOT" || fail "$BOOT cannot be written: is the card bad?"
}

install_tools() {   # from here on every start goes on by itself, until nothing is pending
    mkdir -p "$ROOT$TOOLS/overlay" "$ROOT/mnt/card" "$ROOT$STATE"
    for tool in wallboard-init wallboard-writable wallboard-pending text.sh; do
        write_whole "$ROOT$TOOLS/$tool" <"$HERE/$tool"
        chmod 755 "$ROOT$TOOLS/$tool"
    done
    mkdir -p "$ROOT/usr/sbin"
    ln -sfn "$TOOLS/wallboard-writable" "$ROOT/usr/sbin/wallboard-writable"
    sed "s|@BOOT@|$BOOT|g" "$HERE/wallboard-first-boot.service" | put /etc/systemd/system/wallboard-first-boot.service 644
    mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
    ln -sfn ../wallboard-first-boot.service "$ROOT/etc/systemd/system/multi-user.target.wants/wallboard-first-boot.service"
    sync
}

protect() {
    cmdline_change "$BOOT/cmdline.txt" "$INIT_PATTERN" "$INIT cloud-init=disabled"
}

unprotect() {
    if ! cmdline_has "$BOOT/cmdline.txt" "$INIT"; then
        fail "the board does not start with $BOOT/cmdline.txt: is there a second card or a USB stick in it? Take it out."
    fi
    cmdline_change "$BOOT/cmdline.txt" "$INIT_PATTERN" ""
}
