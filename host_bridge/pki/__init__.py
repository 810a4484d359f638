"""A site's own certificates: an authority for this site alone, and by it the broker's, the boards' and people's.

    from host_bridge.pki.site import board_files, Pki   # where they are used: cryptography takes a tenth of a second
    files = board_files(Path("pki"), "hall-1")          # made when there is none yet: files.ca, files.cert, files.key

A certificate's CN is its owner's MQTT user, by which the broker's access list knows him (`use_identity_as_username`).
They begin in 1970, so that a board whose clock nobody has set yet takes them for valid. Whatever cannot be done is a
names.PkiError of one clear line. Needs no network and no broker; runs on Windows too.
"""
