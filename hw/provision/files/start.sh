#!/bin/sh
# The first thing of ours that runs on a new board: `sh start.sh BOOT`, BOOT being the boot partition. cloud-init calls
# it (Raspberry Pi OS Trixie), or wallboard-first-boot.service, which firstrun.sh made (Bookworm). It puts the network
# in order for good, so that it holds on a read-only system too, and hands over to firstboot.sh. It may run twice.
#
# An editor may have saved this with CRLF and a byte-order mark: what runs is a copy without. Each line of this part
# ends in a comment, which swallows the CR.
if [ -z "${WALLBOARD_START:-}" ]; then #
    clean=${WALLBOARD_ROOT:-}/run/wallboard-start.clean #
    LC_ALL=C sed -e '1s/^\xef\xbb\xbf//' -e 's/\r*$//' "$0" >"$clean" || exit 1 #
    WALLBOARD_START=1 exec sh "$clean" "$@" #
fi #

set -u # and not -e: whatever goes wrong with the network, the board is to be installed, and its report to be written
umask 022
BOOT=${1:?"start.sh: which folder is the boot partition? Usage: start.sh /boot/firmware"}
ROOT=${WALLBOARD_ROOT:-} # tests name another root folder; on a board it is empty
CONNECTIONS=$ROOT/etc/NetworkManager/system-connections

say() {
    printf 'wallboard: %s\n' "$*" >&2
}

told() { # for the log, and for whoever puts the card into a laptop
    say "$1"
    printf '%s\n' "$1" | sed 's/$/\r/' >>"$BOOT/wallboard/notes.txt" || true
}

tidy() { # tidy FILE: its text without a byte-order mark and without CR
    LC_ALL=C sed -e '1s/^\xef\xbb\xbf//' -e 's/\r*$//' "$1"
}

on_the_board() { # in a test's folder no service is touched
    [ -z "$ROOT" ]
}

must_be_whole() { # firstboot.sh looks at everything else, and can say so only when it is whole itself
    tidy "$BOOT/wallboard/MANIFEST" 2>/dev/null | while read -r sum name; do
        case $name in *.sh) ;; *) continue ;; esac
        [ "$(tidy "$BOOT/wallboard/$name" 2>/dev/null | sha256sum)" != "$sum  -" ] || continue
        say "$name is damaged or missing"
        printf 'FAILED: %s is damaged or missing on the card: provision it again.\r\n' "$name" >"$BOOT/wallboard/report.txt"
        return 1
    done
}

mend_user_data() { # cloud-init passes over a user-data with a byte-order mark: without it, from the beginning
    command -v cloud-init >/dev/null && on_the_board || return 0
    [ "$(head -c 3 "$BOOT/user-data" 2>/dev/null)" = "$(printf '\357\273\277')" ] || return 0
    say "user-data has a byte-order mark, which an editor left: cloud-init begins again without it"
    tidy "$BOOT/user-data" >"$BOOT/user-data.new" && sync "$BOOT/user-data.new" &&
        mv -f "$BOOT/user-data.new" "$BOOT/user-data" && cloud-init clean && sync && systemctl --no-block reboot
    exit 0
}

user_data_is_right() { # what cloud-init cannot read it passes over, and says so where nobody looks
    command -v cloud-init >/dev/null && on_the_board && [ -s "$BOOT/user-data" ] || return 0
    wrong=$(cloud-init schema --config-file "$BOOT/user-data" 2>&1) && return 0
    told "cloud-init does not take all of user-data (name, login, time zone): $(printf '%s\n' "$wrong" | head -n 8)"
}

country() { # the country whose rules for Wi-Fi apply: cmdline.txt is where it stands
    tidy "$BOOT/cmdline.txt" 2>/dev/null | tr ' ' '\n' | sed -n 's/^cfg80211\.ieee80211_regdom=//p' | tail -n 1
}

radio_on() { # Raspberry Pi OS blocks Wi-Fi until a country is set (pi-gen, stage2/02-net-tweaks/01-run.sh)
    land=$(country)
    [ -n "$land" ] || return 0
    state=$ROOT/var/lib/NetworkManager/NetworkManager.state
    [ ! -e "$state" ] || sed -i 's/^WirelessEnabled=false$/WirelessEnabled=true/' "$state"
    for blocked in "$ROOT"/var/lib/systemd/rfkill/*:wlan; do
        [ ! -e "$blocked" ] || echo 0 >"$blocked"
    done
    on_the_board || return 0
    if command -v iw >/dev/null; then iw reg set "$land" || true; fi
    if command -v rfkill >/dev/null; then rfkill unblock wifi || true; fi
    if command -v nmcli >/dev/null; then nmcli radio wifi on || true; fi
}

keep() { # keep FILE NAME: a connection of NetworkManager's, for root alone, or it would not be read
    mkdir -p "$CONNECTIONS"
    (umask 077 && tidy "$1" >"$CONNECTIONS/.$2" && mv -f "$CONNECTIONS/.$2" "$CONNECTIONS/$2") &&
        say "the connection $2 is set up"
}

forget() { # forget PATTERN: connections of an earlier card
    for old in "$CONNECTIONS"/$1; do
        [ ! -e "$old" ] || rm -f "$old"
    done
}

network_by_netplan() { # network-config → netplan → files of NetworkManager, which are kept
    # They are kept because what netplan makes lies in /run, and whether it is there again at the next start hangs on
    # cloud-init, on netplan and on a module that some images of 2025 and 2026 lack (cc_netplan_nm_patch). cloud-init
    # itself has been kept from network-config by cmdline.txt: see cmdline.py.
    made=$ROOT/run/wallboard-netplan
    rm -rf "$made"
    mkdir -p "$made/etc/netplan"
    (umask 077 && tidy "$BOOT/network-config" >"$made/etc/netplan/50-wallboard.yaml")
    # It asks a running systemd to look again, which fails elsewhere: what counts is what it wrote.
    netplan generate --root-dir "$made" 2>"$made/said" || true
    set -- "$made"/run/NetworkManager/system-connections/*.nmconnection
    if [ ! -e "$1" ]; then
        said=$(sed -n '/Error/,/\^/p' "$made/said" | sed "s|$made/etc/netplan/50-wallboard.yaml|network-config|")
        told "network-config cannot be used, and nothing else says how to reach the network. netplan says: $said"
        return 1
    fi
    forget 'wallboard-*.nmconnection'
    number=0
    for file; do
        case $file in *wlan*) kind=wifi ;; *) kind=cable ;; esac
        number=$((number + 1))
        keep "$file" "wallboard-$kind-$number.nmconnection"
    done
    told "the network is set up as network-config says"
    rm -rf "$made" "$ROOT/etc/netplan/50-cloud-init.yaml"
    printf 'network: {config: disabled}\n' >"$ROOT/etc/cloud/cloud.cfg.d/99-wallboard-network.cfg" 2>/dev/null || true
}

network() {
    if command -v netplan >/dev/null && tidy "$BOOT/network-config" 2>/dev/null | grep -q '^network:'; then
        network_by_netplan && return 0
    fi
    set -- "$BOOT"/wallboard/*.nmconnection
    if [ ! -e "$1" ]; then
        command -v netplan >/dev/null || told "this system has no netplan, which network-config is for: cable alone, by DHCP"
        return 0
    fi
    forget 'wallboard-*.nmconnection'
    for file; do
        keep "$file" "${file##*/}"
    done
    told "the network is set up as the files wallboard/*.nmconnection say"
}

mend_user_data
rm -f "$BOOT/wallboard/notes.txt"
user_data_is_right
radio_on
network
must_be_whole || exit 1
unset WALLBOARD_START
exec sh "$BOOT/wallboard/firstboot.sh" "$BOOT"
