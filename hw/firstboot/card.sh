# shellcheck shell=sh
# The card: a partition of its own for what has to survive (rules, settings of the day, the log), so that a power
# cut while it is written never touches the system. It is made once, behind a system that gets 8 GB at most: what is
# left over of a card stays unused, which makes cards live longer and never reaches a counterfeit card's false end.

STATE=/mnt/state           # where the state is mounted
STATE_LABEL=wallboard      # and how its file system is called; wallboard-init looks for it
STATE_MB=256
SYSTEM_MB=8192             # the system's share, as far as the card has it
LEAST_MB=64                # less is no place for state

divide_card() {   # before anything is installed, for the system as it comes has little room to spare
    mkdir -p "$ROOT$STATE"
    if [ -z "$ROOT" ] && find_disk; then
        make_partition
        make_file_system
    fi
}

find_disk() {   # sets DISK (/dev/mmcblk0), SYSTEM (its partition with the root), THIRD (the one after it)
    SYSTEM=$(findmnt -n -o SOURCE /)
    [ -e "/sys/class/block/${SYSTEM##*/}/partition" ] || { note "  the system is on no partition: its state stays with it"; return 1; }
    DISK=/dev/$(lsblk -n -o PKNAME "$SYSTEM" | head -n 1)
    number=$(cat "/sys/class/block/${SYSTEM##*/}/partition")
    case $DISK in
        *[0-9]) THIRD=${DISK}p$((number + 1)) ;;
        *) THIRD=$DISK$((number + 1)) ;;
    esac
}

make_partition() {   # one write of one sector, so that a power cut leaves the old table or the new one
    [ ! -b "$THIRD" ] || return 0
    sectors=$(cat "/sys/class/block/${DISK##*/}/size")
    start=$(cat "/sys/class/block/${SYSTEM##*/}/start")
    size=$(cat "/sys/class/block/${SYSTEM##*/}/size")
    state=$((STATE_MB * 2048))
    most=$((SYSTEM_MB * 2048))
    # In whole 4 MB, the erase blocks of cards.
    room=$(((sectors - start) / 8192 * 8192 - 8192))
    if [ $((room - size)) -lt $((LEAST_MB * 2048)) ]; then
        note "  the system fills this card already (it was started before it was provisioned), so its state shares the"
        note "  system's partition. That works; for the full protection write the card anew and provision it first."
        return 0
    fi
    [ "$state" -le $((room - size)) ] || state=$((room - size))
    system=$((room - state))
    [ "$system" -le "$most" ] || system=$most
    [ "$system" -ge "$size" ] || system=$size
    sfdisk --dump "$DISK" >"$HERE/table"
    # The dump names partitions by their device: the root's gets its new size, and one is added behind it.
    awk -v node="$SYSTEM" -v size="$system" -v line="start=$(((start + system + 8191) / 8192 * 8192)), size=$((state - 8192)), type=83" '
        $1 == node { sub(/size= *[0-9]+/, "size=" size) }
        { print }
        END { print line }' "$HERE/table" >"$HERE/table.new"
    quietly sfdisk --no-reread --no-tell-kernel --force "$DISK" <"$HERE/table.new" || fail_card
    sync
    quietly partx --update "$DISK" || true
    udevadm settle --timeout=20 2>/dev/null || true
    [ -b "$THIRD" ] || fail "the card's new partition does not appear. Take the power off and put it on again; it goes on by itself."
    note "  a partition of $((state / 2048)) MB for the state is made: $THIRD"
}

fail_card() {
    fail "the card cannot be divided: $(last_words). Write it anew (make flash) or take another card."
}

make_file_system() {   # the system's file system grows into its part; the state's is made unless it is there and ours
    quietly resize2fs "$SYSTEM" || note "  the system did not grow into its part of the card: $(last_words)"
    [ -b "$THIRD" ] || return 0
    if [ "$(blkid -c /dev/null -o value -s LABEL "$THIRD")" != "$STATE_LABEL" ]; then
        case $(blkid -c /dev/null -o value -s TYPE "$THIRD") in
            '' | ext4) ;;
            *) fail "$THIRD holds something that is not the wallboard's. Write the card anew (make flash)." ;;
        esac
        quietly mkfs.ext4 -q -F -m 0 -L "$STATE_LABEL" "$THIRD" || fail_card
        sync
    fi
    mountpoint -q "$STATE" || mount -o noatime,nodev,nosuid,noexec "$THIRD" "$STATE" || fail_card
}

copy_state() {   # what is there so far goes along; wallboard-init mounts each over its place
    for pair in wallboard:var/lib/wallboard systemd:var/lib/systemd journal:var/log/journal; do
        to=$ROOT$STATE/${pair%%:*}
        from=$ROOT/${pair#*:}
        mkdir -p "$from"
        [ ! -d "$to" ] || continue
        rm -rf "$to.new"
        case $pair in
            journal:*) mkdir "$to.new" && chown --reference="$from" "$to.new" && chmod --reference="$from" "$to.new" ;;
            *) cp -a "$from" "$to.new" ;;
        esac
        sync
        mv "$to.new" "$to"
    done
}

ask_for_self_test() {   # the board shows it at its next start, and removes the file when it is done
    : >"$ROOT$STATE/wallboard/self-test"
    [ -n "$ROOT" ] || chown wallboard: "$STATE/wallboard" "$STATE/wallboard/self-test" 2>/dev/null || true
}
