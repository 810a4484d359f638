"""What reads well and is extreme: it may be shown, and never keeps an alarm from firing."""

from tests.core.hostile import SMALL_HEAP, Hostile, rule


def test_what_reads_well_and_is_extreme():
    """Each alone, and then all together: the alarm fires, and a minute later too."""
    most = 1 << 53
    rig = Hostile(("queues",) if SMALL_HEAP else ("queues", "centre", "clock"))
    many = [rule(6, id="r%d" % number) for number in range(3)]
    for each in many:
        each["levels"][0]["all"] = each["levels"][0]["all"] * 8
    old, limit = rule(10**9), rule(10**12, hold_ms=86_400_000)
    old["levels"][0]["all"][0].update({"metric": "oldest_ms"})
    limit["levels"][0]["all"][0].update({"metric": "next_breach_ms", "op": "<="})
    extremes = (
        lambda: rig.site("sales", "help", repeat_ms=most, longest_ms=60_000),
        lambda: rig.site("sales", "help", repeat_ms=1000, longest_ms=0, wait_limit_ms=most, offer_at_ms=0),
        lambda: rig.site("sales", "help", wait_limit_ms=0, offer_at_ms=most, blink={"warn": 1, "critical": 1}),
        lambda: rig.site("sales", "help", blink={"warn": 3000, "critical": 3000}),
        lambda: rig.rules("help", *many),
        lambda: rig.rules("help", dict(old, for_ms=86_400_000)),
        lambda: rig.rules("help", limit),
        lambda: rig.rules("help", rule(-(10**12)), limit),
        lambda: rig.queue("help", waiting=10**9, oldest_ms=most, next_breach_ms=most, offered=0, abandoned=10**9),
        lambda: rig.queue("help", waiting=0, agents_in=0, agents_free=10**9, label_visual="\U0001f4a9" * 200),
        lambda: rig.queue("help", waiting=1, oldest_ms=0, next_breach_ms=0, sla=0, sla_target=1000, approx=True),
        lambda: rig.send(("queue", "help"), {"ts": 0, "waiting": 1, "oldest_ms": most}),
        lambda: rig.send(("queue", "help"), {"started": 0, "ts": most, "waiting": 1}),
        lambda: rig.send(("ack", "help", "rule"), {"at": most, "until": most}),
        lambda: rig.send(("ack", "sales", "rule"), {"at": 0, "until": 0}),
        lambda: rig.send(("ack", "sales", "rule"), {"at": rig.bridge_now() + 10**9}),
        lambda: rig.send(("ack", "sales", "rule"), {"at": most}),
        lambda: rig.send(("notice",), {"text": "W" * 500, "until": most}),
        lambda: rig.send(("notice",), {"text": "x", "until": 0}),
        lambda: rig.beat(local=26 * 3_600_000, date="9999-99-99", problem="x" * (200 if SMALL_HEAP else 2000)),
        lambda: rig.beat(local=0, date=""),
        lambda: rig.beat(seq=most),
        lambda: rig.beat(now=most),
        lambda: rig.beat(started=most, now=most),
        lambda: rig.beat(started=0, now=0, seq=0),
    )  # fmt: skip
    for number, send in enumerate(extremes):
        send()
        rig.hear("queue/help", b"")
        rig.fires(number)
    for send in extremes:
        send()
        rig.hear("board/wall/command", b"")
    rig.fires("all together")
    rig.pass_ms(60_000)
    rig.fires("a minute later")
