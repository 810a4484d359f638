# shellcheck shell=sh
# What the scripts of @NAME@ share. They are read with `.`, and run as root with `set -eu`.
#
#   /opt/wallboard/<version>/@ROLE@    an environment; `complete` in it is written last, and says what it was made of
#   /opt/wallboard/@ROLE@              a link to the one in use, replaced atomically
#   /opt/wallboard/@ROLE@.before       a link to the one that was in use before, and worked
#   /opt/wallboard/@ROLE@.trial        a version is new and has not proved itself: what is left to do (see health)
#   /opt/wallboard/@ROLE@.rolled-back  the last upgrade went back by itself: one line, which version and why

umask 022   # an administrator's 077 would hide the environment from the service's user
base=/opt/wallboard
# shellcheck disable=SC2034  # used by those who read this file
link=$base/@ROLE@ before=$base/@ROLE@.before trial=$base/@ROLE@.trial rolled_back=$base/@ROLE@.rolled-back

say() {
    echo "@NAME@: $*"
}

# point LINK FOLDER: there is no moment in which LINK is missing. FOLDER is seen from /opt/wallboard.
point() {
    ln -sfn "$2" "$1.new"
    mv -fT "$1.new" "$1"
}

# target LINK: the folder it names, as point() took it; nothing when there is no such link.
target() {
    readlink "$1" || true
}

# The Python to use, /usr/bin/python3.13 for one: the system's own if this package brings wheels for it, else another.
the_python() {
    for each in "$(readlink -f /usr/bin/python3 || true)" /usr/bin/python3.*; do
        [ -e "@FOLDER@/$(python_tag "$each").txt" ] || continue
        # What is left of an old release may be an interpreter without its library.
        if "$each" -I -c 'import venv' 2> /dev/null; then
            echo "$each"
            return
        fi
    done
    say "no Python here that this package has wheels for: install python3.13 or python3.11" >&2
    return 1
}

python_tag() {   # /usr/bin/python3.13 → cp313, as wheels name it
    echo "cp${1##*/python}" | tr -d .
}

# Remove environments of these folders. What a power cut leaves of one is not complete, and nobody takes it for that.
remove() {
    for each; do
        rm -f "$each/complete"
        rm -rf "$each"
    done
}

# Remove environments that are neither in use nor the one before.
prune() {
    for each in "$base"/*/@ROLE@; do
        [ -d "$each" ] || continue
        case "${each#"$base"/}" in
        "$(target "$link")" | "$(target "$before")") ;;
        *)
            remove "$each"
            rmdir --ignore-fail-on-non-empty "${each%/*}"
            ;;
        esac
    done
}

has_systemd() {
    [ -d /run/systemd/system ]
}
