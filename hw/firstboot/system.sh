# shellcheck shell=sh
# What the operating system needs for a panel that does not flicker and a board that nobody looks after.

kernel_command_line() {
    # The library's own advice for a steady picture: the last of four cores refreshes the panel and does nothing
    # else (rpi-rgb-led-matrix, README, "CPU use"). On one core (Pi Zero, Pi 1) there is none to give away.
    # Raspberry Pi's kernels count no memory by service unless told to (raspberrypi/linux, issue 6980), and then
    # nothing bounds a board that takes ever more of it (MemoryMax= of its unit).
    words="cgroup_enable=memory"
    case $(cat "${WALLBOARD_CPUS:-/sys/devices/system/cpu/present}") in
        0-3) words="$words isolcpus=domain,managed_irq,3 nohz_full=3 rcu_nocbs=3 irqaffinity=0,1,2" ;;
        *) note "  this machine has not four cores: none is kept for the panel" ;;
    esac
    # A login prompt on GPIO 14 and 15 fights with panels and buttons there. `resize` would let the system take the
    # whole card, where the place for the state is to be.
    cmdline_change "$BOOT/cmdline.txt" \
        'cgroup_enable=memory|isolcpus=.*|nohz_full=.*|rcu_nocbs=.*|irqaffinity=.*|console=(serial0|ttyAMA0|ttyS0),.*|resize' "$words"
}

firmware_settings() {   # config.txt: the sound module uses the panel's own hardware; the watchdog restarts a dead board
    [ -e "$BOOT/config.txt" ] || { note "  no config.txt: this is no Raspberry Pi"; return 0; }
    config_change "$BOOT/config.txt" "dtparam=audio=off
dtparam=watchdog=on"
}

sound_stays_off() {   # rpi-rgb-led-matrix ends at once where this module is loaded
    put /etc/modprobe.d/wallboard.conf 644 <<-END
	# The LED library makes its pulses with the hardware that this module makes sound with.
	blacklist snd_bcm2835
	END
}

watchdog_barks() {   # systemd feeds the Pi's watchdog (it waits 16 s at most); a hung machine starts again
    put /etc/systemd/system.conf.d/90-wallboard.conf 644 <<-END
	[Manager]
	RuntimeWatchdogSec=15
	RebootWatchdogSec=2min
	END
}

logs_stay_small() {   # the system's own log is in memory; the wallboard's namespace keeps its bound itself
    put /etc/systemd/journald.conf.d/90-wallboard.conf 644 <<-END
	[Journal]
	Storage=volatile
	RuntimeMaxUse=16M
	ForwardToSyslog=no
	END
}

services_that_fight() {
    # Swap on the card wears it out and makes the panel flicker; zram (rpi-swap) is in memory and may stay.
    if [ -e "$ROOT/etc/rpi/swap.conf" ]; then
        put /etc/rpi/swap.conf.d/90-wallboard.conf 644 <<-END
		[Main]
		Mechanism=zram
		END
    fi
    # Nothing at the start waits for the network or for a set clock; nothing updates itself on a read-only system.
    for unit in NetworkManager-wait-online.service systemd-networkd-wait-online.service systemd-time-wait-sync.service \
        apt-daily.timer apt-daily-upgrade.timer man-db.timer dpkg-db-backup.timer e2scrub_all.timer \
        e2scrub_reap.service dphys-swapfile.service bluetooth.service hciuart.service ModemManager.service \
        triggerhappy.service rpi-eeprom-update.service; do
        mask "$unit"
    done
    # Only who can log in looks a board up by its name; without ssh nothing listens at all.
    wants=$ROOT/etc/systemd/system
    if ! [ -L "$wants/multi-user.target.wants/ssh.service" ] && ! [ -L "$wants/sockets.target.wants/ssh.socket" ]; then
        mask avahi-daemon.service
        mask avahi-daemon.socket
    fi
}

mask() {   # mask UNIT: a link to nowhere, as systemctl mask makes it, whether the unit is there or not
    mkdir -p "$ROOT/etc/systemd/system"
    ln -sfn /dev/null "$ROOT/etc/systemd/system/$1"
}
