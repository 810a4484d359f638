#!/bin/sh
# Before the files go. On an upgrade the service runs on, from its own environment, until postinst switches; and so it
# does while dpkg deconfigures the package, because another one that it depends on is being replaced.
set -eu

if [ "$1" = remove ]; then
    if [ -d /run/systemd/system ]; then
        systemctl stop @NAME@-health.service @UNIT@.service
    fi
    update-alternatives --quiet --remove wallboardctl /opt/wallboard/@ROLE@/bin/wallboardctl
fi
