"""What is true, made into what boards are told, and told no sooner and no oftener than it changes.

Modules: `announcer` (all of it together, and the broker's link) · `shown` (what boards can show at all) · `messages`,
`bidi` (the payloads, and their letters in the order in which a board draws them) · `publisher` (what changed, and when
it may go out) · `teller`, `handover`, `changeover` (other thresholds while calls go on) · `notices` (a text that
somebody sets) · `strays` (what nobody needs any more, off the broker).
"""
