# shellcheck shell=sh
# Is everything on the card that `wallboardctl provision` put there? wallboard/MANIFEST has a line a file, as
# sha256sum writes them. Settings may have been edited by hand since: those are taken as they are.

verify() {
    [ -s "$GIVEN/MANIFEST" ] || fail "$GIVEN/MANIFEST is missing or empty: provision the card again (wallboardctl provision)."
    tidy "$GIVEN/MANIFEST" >"$HERE/manifest"
    while read -r sum name; do
        case $name in '' | */* | .*) continue ;; esac
        name=${name#\*}
        verify_file "$sum" "$name"
    done <"$HERE/manifest"
}

verify_file() {   # verify_file SHA256 NAME
    file=$GIVEN/$2
    if [ ! -e "$file" ]; then
        # A secret is removed at the end; a power cut just then leaves it installed and no longer on the card.
        is_secret "$2" && [ -s "$ROOT/etc/wallboard/$2" ] && return 0
        fail "$2 is missing on the card: provision the card again (wallboardctl provision)."
    fi
    [ "$(sha256sum <"$file")" = "$1  -" ] && return 0
    [ "$(tidy "$file" | sha256sum)" = "$1  -" ] && return 0
    case $2 in
        *.yaml | *.secret | *.crt | *.key) note "  $2 was edited by hand; taken as it is" ;;
        *) fail "$2 is damaged on the card: provision the card again; if that does not help, the card is bad." ;;
    esac
}

is_secret() {   # is_secret NAME
    case $1 in
        *.secret | *.key) return 0 ;;
        *) return 1 ;;
    esac
}
