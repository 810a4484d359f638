"""From parts to a board on the wall. Data that people read and programs ask: pins.yaml (`pins`), parts.yaml (`parts`),
power and viewing distances (`power`, `viewing`). `made` and `drawing` write pages and drawings of them; `provision`
makes a card, `firstboot` is what runs from it, `deb` builds the Debian packages.
"""
