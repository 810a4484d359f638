#!/bin/sh
# Before the files go. On an upgrade the service runs on, from its own environment, until postinst switches.
set -eu

case "$1" in
remove | deconfigure)
    if [ -d /run/systemd/system ]; then
        systemctl stop @NAME@-health.service @UNIT@.service
    fi
    update-alternatives --quiet --remove wallboardctl /opt/wallboard/@ROLE@/bin/wallboardctl
    ;;
esac
