"""The site's calendar: its time zone, opening hours, quiet hours and days off. Boards are told `open` and `quiet`."""

from host_bridge.calendar.calendar import Calendar, Schedule, Span, zone

__all__ = ["Calendar", "Schedule", "Span", "zone"]
