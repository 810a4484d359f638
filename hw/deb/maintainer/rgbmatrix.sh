#!/bin/sh
# wallboard-rgbmatrix: put the LED library rpi-rgb-led-matrix beside the board. It is GPL, and so in no package of ours.
set -eu

folder=/opt/wallboard/rgbmatrix
source=https://github.com/hzeller/rpi-rgb-led-matrix
needs="git python3-dev python3-pil g++ cmake ninja-build" # python3-pil has Imaging.h, which its binding includes
usage="\
Usage: wallboard-rgbmatrix FILE.whl    install it from a wheel, with no network
       wallboard-rgbmatrix build       fetch its source, build a wheel here and install that; the wheel stays in this
                                       folder, for the next board (on this kind of Pi and this release of its OS)
       wallboard-rgbmatrix             say whether it is there

To build it, once, on a Pi with internet:
    sudo apt install $needs
    sudo wallboard-rgbmatrix build
The wheel goes onto the cards of other boards with: wallboardctl provision --rgbmatrix FILE.whl …"

fail() {
    echo "wallboard-rgbmatrix: $*" >&2
    exit 1
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
    [ "$(id -u)" = 0 ] || fail "this needs root: sudo wallboard-rgbmatrix build"
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
    "$python" -I "$pip" wheel --no-deps --disable-pip-version-check --wheel-dir="$room" "git+$source" ||
        fail "it could not be built; what pip says is above"
    set -- "$room"/rgbmatrix-*.whl
    mv "$1" .
    set -- "$PWD/${1##*/}"
    ;;
*.whl) [ -f "$1" ] || fail "there is no file $1" ;;
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
