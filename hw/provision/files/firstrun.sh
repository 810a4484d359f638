# shellcheck shell=sh disable=SC2154
# From here on this is the same on every card.
if [ -z "${FIRSTRUN_CLEAN:-}" ]; then #
    LC_ALL=C sed -e '1s/^\xef\xbb\xbf//' -e 's/\r*$//' "$0" >/run/wallboard-firstrun.sh #
    FIRSTRUN_CLEAN=1 exec sh /run/wallboard-firstrun.sh "$0" #
fi #
# An editor may have saved this with CRLF and a byte-order mark: what runs from here is a copy without.

set -u # and not -e: one thing that fails is no reason to leave out the others
BOOT=$(dirname "$1")

done_once() { # the kernel's line is as before: from the next start on the system starts as usual
    sed -i -e 's/ systemd\.run="[^"]*"//g' -e 's/ systemd\.run[^ ]*//g' \
        -e 's/ systemd\.unit=kernel-command-line\.target//g' "$BOOT/cmdline.txt"
    sync
}

host_name() {
    old=$(cat "/etc/hostname" 2>/dev/null)
    printf '%s\n' "$HOST_NAME" >"/etc/hostname"
    if grep -q '^127\.0\.1\.1' "/etc/hosts" 2>/dev/null; then
        sed -i "s/^127\.0\.1\.1.*/127.0.1.1\t$HOST_NAME/" "/etc/hosts"
    else
        printf '127.0.1.1\t%s\n' "$HOST_NAME" >>"/etc/hosts"
    fi
    echo "host name: $old is now $HOST_NAME"
}

user() { # the system's first user gets the name, as its wizard would do it, and no password
    first=$(getent passwd 1000 | cut -d: -f1)
    if [ "$first" = "$USER_NAME" ]; then
        return 0
    elif [ -x "/usr/lib/userconf-pi/userconf" ]; then
        "/usr/lib/userconf-pi/userconf" "$USER_NAME" '!'
    elif [ -n "$first" ]; then
        usermod -l "$USER_NAME" "$first" && usermod -m -d "/home/$USER_NAME" "$USER_NAME" && groupmod -n "$USER_NAME" "$first"
    else
        useradd -m -u 1000 -s /bin/bash "$USER_NAME"
    fi
    if [ -d /etc/sudoers.d ]; then
        printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$USER_NAME" >/etc/sudoers.d/010_wallboard &&
            chmod 0440 /etc/sudoers.d/010_wallboard
    fi
}

ssh_keys() { # without a key nobody logs in, and ssh stays off
    [ -n "$SSH_KEYS" ] || return 0
    home=$(getent passwd "$USER_NAME" | cut -d: -f6)
    group=$(id -g "$USER_NAME")
    install -d -m 700 -o "$USER_NAME" -g "$group" "$home/.ssh"
    printf '%s\n' "$SSH_KEYS" >"$home/.ssh/authorized_keys"
    chmod 600 "$home/.ssh/authorized_keys"
    chown "$USER_NAME:$group" "$home/.ssh/authorized_keys"
    if [ -d /etc/ssh/sshd_config.d ]; then
        printf 'PasswordAuthentication no\n' >/etc/ssh/sshd_config.d/10-wallboard.conf
    fi
    systemctl enable ssh
}

clock_and_language() {
    if [ -e "/usr/share/zoneinfo/$TIME_ZONE" ]; then
        ln -sf "/usr/share/zoneinfo/$TIME_ZONE" /etc/localtime
        printf '%s\n' "$TIME_ZONE" >/etc/timezone
    fi
    if [ "$LOCALE" != "$(sed -n 's/^LANG=//p' /etc/default/locale 2>/dev/null)" ] && command -v raspi-config >/dev/null; then
        raspi-config nonint do_change_locale "$LOCALE"
    fi
}

no_wizard() { # it would wait for a keyboard
    systemctl disable userconfig.service 2>/dev/null || true
    systemctl enable getty@tty1.service 2>/dev/null || true
}

next_start() { # everything else needs a system that has started as usual
    cat >/etc/systemd/system/wallboard-first-boot.service <<-END
	[Unit]
	Description=First boot of the wallboard
	ConditionPathExists=$BOOT/wallboard/MANIFEST
	After=local-fs.target NetworkManager.service

	[Service]
	Type=oneshot
	ExecStart=/bin/sh $BOOT/wallboard/start.sh $BOOT
	TimeoutStartSec=30min

	[Install]
	WantedBy=multi-user.target
	END
    mkdir -p /etc/systemd/system/multi-user.target.wants
    ln -sf ../wallboard-first-boot.service /etc/systemd/system/multi-user.target.wants/wallboard-first-boot.service
}

if command -v cloud-init >/dev/null && [ -s "$BOOT/user-data" ]; then
    done_once # this system has cloud-init, which does all this
    exit 0
fi
{
    host_name
    user
    ssh_keys
    clock_and_language
    no_wizard
    next_start
} >"$BOOT/wallboard/firstrun.txt" 2>&1
done_once
exit 0
