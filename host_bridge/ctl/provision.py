"""`wallboardctl provision`: a memory card, made ready so that the Pi with it becomes a board without a keyboard."""

from __future__ import annotations

import argparse

from config import interrupt
from config.mistakes import ConfigError
from host_bridge.ctl.card import text
from host_bridge.ctl.card.args import add_card, add_options
from host_bridge.ctl.card.plan import look, onto, plan_of
from hw.provision import ProvisionError

DESCRIPTION = """\
Makes a memory card ready for its first boot. Before it, write Raspberry Pi OS Lite (64-bit) onto the card with
Raspberry Pi Imager, without its own settings (or let `make flash` do both), and leave the card in the reader: its
first partition, bootfs, is what --out names. Nothing of this needs a network, neither here nor on the Pi.

Secrets (the board's key, the Wi-Fi's passphrase) lie on the card until the first boot has succeeded, and are removed
from it then: until then the card is as good as a key. A dead board is replaced by making another card with the same
command and the same --board. Doing it twice is harmless. All text files on the card may be edited in any editor.
"""
EPILOG = """\
examples:
  wallboardctl provision --board lobby --out D:\\ --site main --broker mqtts://broker.example --pki pki
  wallboardctl provision --board lobby --out /media/me/bootfs --board-yaml site.yaml --pki pki --wifi "מוקד"
  wallboardctl provision … --panel 128x32 --mapping adafruit-hat-pwm --address 192.168.1.50/24 --gateway 192.168.1.1

Exit codes: 0 the card is ready, 1 it cannot be written, 2 wrong usage or wrong configuration.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `provision`."""
    parser = subparsers.add_parser(
        "provision", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG
    )
    add_card(parser)
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the card is ready, 1 when it cannot be written, 2 when the options make no board."""
    try:
        look(args.out, args.form, force=args.force)  # before a passphrase is asked for
        plan = plan_of(args)
        with interrupt.tidily():
            made = onto(args.out, args.form, plan, force=args.force)
    except KeyboardInterrupt:
        return text.interrupted("provision", "provision it again")
    except (ConfigError, ProvisionError) as error:
        return text.refused("provision", error)
    print(text.as_json(made) if args.json else text.lines(made))
    return 0
