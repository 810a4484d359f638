#!/bin/sh
# First boot of a board: `sh BOOT/wallboard/firstboot.sh BOOT`, BOOT being the boot partition (/boot/firmware).
# cloud-init or firstrun.sh calls it once; from then on wallboard-first-boot.service does, at every start, for as
# long as BOOT/wallboard/MANIFEST is there. Each step may be run twice and may be cut off at any point: a technician
# pulls plugs. What it did stands in BOOT/wallboard/report.txt, for whoever puts the card into a laptop.
#
# An editor may have saved these files with CRLF and a byte-order mark. So this first part survives both (each of
# its lines ends in a comment that swallows the CR), and what runs is a clean copy of everything. No empty lines here.
if [ -z "${FIRSTBOOT_FROM:-}" ]; then #
    FIRSTBOOT_FROM=$(cd "$(dirname "$0")" && pwd) #
    clean=${WALLBOARD_ROOT:-}/run/wallboard-provisioning #
    mkdir -p "$clean" #
    for file in "$FIRSTBOOT_FROM"/*.sh "$FIRSTBOOT_FROM"/wallboard-*; do # packages are called so too
        case $file in *.deb | *.whl | *'*'*) continue ;; esac #
        sed -e "1s/^$(printf '\357\273\277')//" -e 's/\r*$//' "$file" >"$clean/${file##*/}" || exit 1 #
    done #
    export FIRSTBOOT_FROM #
    exec sh "$clean/firstboot.sh" "$@" #
fi #

set -eu
umask 022
export LC_ALL=C
BOOT=${1:?"firstboot.sh: which folder is the boot partition? Usage: firstboot.sh /boot/firmware"}
ROOT=${WALLBOARD_ROOT:-}   # tests name another root folder; on a board it is empty
GIVEN=$FIRSTBOOT_FROM      # BOOT/wallboard: what `wallboardctl provision` put on the card
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$HERE/words.sh"
. "$HERE/text.sh"
. "$HERE/verify.sh"
. "$HERE/settings.sh"
. "$HERE/packages.sh"
. "$HERE/system.sh"
. "$HERE/card.sh"
. "$HERE/protect.sh"

one_at_a_time
trap 'ended $?' EXIT
boot_partition_writable
touch "$HERE/tried"   # wallboard-first-boot.service leaves it at one try a start

if root_is_protected; then
    # The card was provisioned anew: the root has to be writable for that, and cloud-init has to look at it again.
    step "making the system writable, to install what is new on the card"
    unprotect
    restart "The board restarts now and installs it."
fi
step "making sure that a power cut now does no harm"
install_tools
step "checking what is on the card"
verify
step "giving system and state their parts of the card"
divide_card
step "installing the wallboard"
install_settings
install_packages
install_led_library
settings_belong_to_the_board
step "checking the settings"
settings_are_right
step "preparing the system"
kernel_command_line
firmware_settings
sound_stays_off
watchdog_barks
logs_stay_small
services_that_fight
step "moving the state to its place"
copy_state
step "asking for the self-test at the next start"
ask_for_self_test
step "waiting for the new version to be healthy"
wait_for_health
step "removing the secrets from the boot partition"
remove_secrets
step "protecting the system against power cuts"
protect
done_with_it
