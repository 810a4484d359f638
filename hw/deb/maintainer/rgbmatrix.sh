#!/bin/sh
# wallboard-rgbmatrix: put the LED library rpi-rgb-led-matrix beside the board. It is GPL, and so in no package of ours.
set -eu

folder=/opt/wallboard/rgbmatrix
source=@SOURCE@ known=@COMMIT@   # config/installed.py
# What that was built by, when it was tried.
tools="scikit-build-core==1.1.2
cython==3.3.1"
needs="git python3-dev python3-pil g++ cmake ninja-build" # python3-pil has Imaging.h, which its binding includes
usage="\
Usage: wallboard-rgbmatrix FILE.whl      install it from a wheel, with no network
       wallboard-rgbmatrix build         fetch its source, build a wheel here and install that; the wheel stays in
                                         this folder, for the next board (this kind of Pi, this release of its OS)
       wallboard-rgbmatrix build COMMIT  the same of another commit (all 40 digits), tag or branch than the one that
                                         this version was tried with
       wallboard-rgbmatrix               say whether it is there

To build it, once, on a Pi with internet:
    sudo apt install $needs
    sudo wallboard-rgbmatrix build
The wheel goes onto the cards of other boards with: wallboardctl provision --rgbmatrix FILE.whl …"

fail() {
    echo "wallboard-rgbmatrix: $*" >&2
    exit 1
}

# A provisioned board's root (wallboard-init): what is written goes to memory. Said first, for a build takes long.
say_if_protected() {
    [ "$(findmnt -n -o SOURCE / 2> /dev/null)" = wallboard-overlay ] || return 0
    cat >&2 << END
wallboard-rgbmatrix: this board's system is read-only: what is installed now is
gone after its next start${1:+, the wheel too unless you copy it away}. To keep it:
    sudo wallboard-writable --on          # it restarts; then do this again
    sudo wallboard-writable --off         # afterwards: it restarts, read-only again
END
}

# fetch COMMIT FOLDER: the source, without its history and the kernels in it (Debian 12 has git 2.39); sets $commit.
fetch() {
    git init --quiet "$2"
    git -C "$2" remote add origin $source
    git -C "$2" fetch --quiet --depth=1 --filter=blob:none origin "$1" ||
        fail "$1 of $source cannot be fetched, see above. A commit is named by all of its 40 digits"
    git -C "$2" sparse-checkout set --no-cone '/*' '!/optimized-kernel/'
    git -C "$2" checkout --quiet --detach FETCH_HEAD || fail "$1 of $source was not fetched whole, see above"
    commit=$(git -C "$2" rev-parse HEAD)
    echo "Building commit $commit of $(git -C "$2" log -1 --format=%cs), from $source"
    [ "$commit" = $known ] || echo "This version of wallboard-board was tried with another, $known."
}

python=/opt/wallboard/board/bin/python
found() {
    "$python" -I -c 'import rgbmatrix; print(rgbmatrix.__path__[0])' 2> /dev/null
}

[ -x "$python" ] || fail "wallboard-board is not installed completely; try: dpkg --configure -a"
set_pip() { set -- @FOLDER@/wheels/pip-*.whl; pip=$1/pip; }
set_pip

case "${1-}" in
-h | --help) echo "$usage"; exit 0 ;;
'')
    found || fail "the LED library is not here, or not for this Python.
$usage"
    exit 0
    ;;
build)
    [ "$(id -u)" = 0 ] || fail "this needs root: sudo wallboard-rgbmatrix $*"
    case $#${2-} in 1 | 2[!-]*) ;; *) fail "build: expected one commit, tag or branch
$usage" ;; esac
    say_if_protected wheel
    for tool in git g++ cmake ninja; do
        command -v $tool > /dev/null || fail "$tool is missing: apt install $needs"
    done
    headers=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("include"))')
    for header in Python.h Imaging.h; do
        [ -f "$headers/$header" ] || fail "$headers/$header is missing: apt install $needs"
    done
    # In a room of its own, for here may lie one for another kind of Pi already.
    room=$(mktemp -d)
    trap 'rm -rf "$room"' EXIT
    fetch "${2:-$known}" "$room/source"
    : > "$room/tools"   # another commit may want others
    [ "$commit" != $known ] || echo "$tools" > "$room/tools"
    PIP_BUILD_CONSTRAINT=$room/tools "$python" -I "$pip" wheel --no-deps --disable-pip-version-check \
        --wheel-dir="$room" "$room/source" || fail "it could not be built; what pip says is above"
    set -- "$room"/rgbmatrix-*.whl
    mv "$1" .
    set -- "$PWD/${1##*/}"
    ;;
*.whl)
    [ -f "$1" ] || fail "there is no file $1"
    say_if_protected
    ;;
*) fail "$1 is not understood
$usage" ;;
esac

[ "$(id -u)" = 0 ] || fail "this needs root: sudo wallboard-rgbmatrix $1"
umask 022
rm -rf $folder.new
PIP_CONFIG_FILE=/dev/null "$python" -I "$pip" --isolated install --quiet --no-index --no-deps --no-cache-dir \
    --disable-pip-version-check --root-user-action=ignore --target=$folder.new "$1" ||
    fail "$1 cannot be installed here; a wheel is for one kind of machine and one Python"
rm -rf $folder
mv $folder.new $folder
where=$(found) || fail "it is in $folder, and cannot be loaded: $("$python" -I -c 'import rgbmatrix' 2>&1 | tail -n 1)"
echo "The LED library is in $where. It is used from the board's next start: systemctl restart wallboard"
