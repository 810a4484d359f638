#!/bin/sh
# Make the Python environment of this version out of this package's wheels, with no network, and print its folder as
# seen from /opt/wallboard. One that is there already, complete and of the same wheels, is taken as it is.
#
# It is made under its final name, for an environment cannot be moved, and counts once `complete` stands in it: what a
# power cut or a full disk left is made anew. A complete one is never changed, for it may be in use: a rebuilt package
# of the same version gets a folder of its own, <version>_2.
set -eu
# shellcheck source=common.sh
. @FOLDER@/common.sh

python=$(the_python)
wanted=@FOLDER@/$(python_tag "$python").txt
made_of="$python $(sha256sum < "$wanted")"

works() {   # that it starts at all is seen before anything is switched
    for program in @PROGRAMS@ wallboardctl; do
        "$base/$1/bin/$program" --version > /dev/null || return 1
    done
}

make_environment() {
    home=$base/$1
    rm -rf "$home"
    mkdir -p "$home"
    trap 'rm -rf "$home"' EXIT   # a full disk has room again; dpkg --configure -a tries anew
    "$python" -I -m venv --without-pip "$home"
    # pip runs out of its own wheel, and is not in the environment. Neither /etc/pip.conf nor root's environment is asked.
    set -- @FOLDER@/wheels/pip-*.whl
    PIP_CONFIG_FILE=/dev/null "$home/bin/python" -I "$1/pip" --isolated install \
        --quiet --no-index --find-links=@FOLDER@/wheels --no-deps --require-hashes --requirement="$wanted" \
        --no-compile --no-cache-dir --disable-pip-version-check --root-user-action=ignore
    # The service's user cannot write here, and would compile at every start. On all cores, where the system allows it.
    "$home/bin/python" -I -m compileall -q -j 0 "$home/lib" > /dev/null 2>&1 ||
        "$home/bin/python" -I -m compileall -q "$home/lib" > /dev/null
    if [ -x @FOLDER@/libraries ]; then @FOLDER@/libraries "$home"; fi
    works "${home#"$base"/}"
    sync -f "$home"
    echo "$made_of" > "$home/complete"
    sync -f "$home"
    trap - EXIT
}

folder=@VERSION@/@ROLE@ number=1
while [ -e "$base/$folder/complete" ]; do
    if [ "$(cat "$base/$folder/complete")" = "$made_of" ] && works "$folder" 2> /dev/null; then
        echo "$folder"
        exit 0
    fi
    number=$((number + 1))
    folder=@VERSION@_$number/@ROLE@
done
say "making its Python environment in $base/$folder …" >&2
make_environment "$folder" >&2
echo "$folder"
