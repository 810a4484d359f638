#!/bin/sh
# Let a board's environment ($1) see two libraries that are in no package of ours, whether they are there yet or not:
# rgbmatrix, which drives the LEDs, in /opt/wallboard/rgbmatrix; and Debian's lgpio, for buzzer and button.
#
# Of Debian's Python packages it sees lgpio alone, by links of its files: with all of them in sight, an apt install of
# another could change what the board runs on. Links that lead nowhere yet are no module to Python, and do no harm.
set -eu

dist=/usr/lib/python3/dist-packages
{
    read -r site
    read -r suffix
    read -r tag
} << END
$("$1/bin/python" -I -c '
import sys, sysconfig
print(sysconfig.get_path("purelib"), sysconfig.get_config_var("EXT_SUFFIX"), sys.implementation.cache_tag, sep="\n")
')
END
echo /opt/wallboard/rgbmatrix > "$site/wallboard-rgbmatrix.pth"
mkdir -p "$site/__pycache__"
ln -s "$dist/lgpio.py" "$site/lgpio.py"
ln -s "$dist/_lgpio$suffix" "$site/_lgpio$suffix"
ln -s "$dist/__pycache__/lgpio.$tag.pyc" "$site/__pycache__/lgpio.$tag.pyc"   # as Debian has compiled it
