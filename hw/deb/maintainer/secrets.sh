#!/bin/sh
# Secrets in /etc/wallboard are readable by one user alone: by the service whose settings name them, where somebody
# wrote them as root. Run by postinst, and before each start of the service.
set -eu

for each in /etc/wallboard/*.secret /etc/wallboard/*.key; do
    if ! [ -f "$each" ] || [ -L "$each" ]; then continue; fi
    # No call for nothing: where the system is read-only, the service starts all the same.
    [ "$(stat -c %a "$each")" = 600 ] || chmod 0600 "$each"
    if [ "$(stat -c %U "$each")" = root ] && grep -qsF -- "${each##*/}" /etc/wallboard/@ROLE@.yaml; then
        chown @USER@: "$each"
    fi
done
