"""Days and times, as a person reads them in their language."""

from datetime import date, datetime, tzinfo

from babel.dates import format_date, format_time

from coach.language import Language

_DAY = {"zh": "M月d日 EEE", "en": "EEE d MMM"}
_LONG_DAY = {"zh": "yyyy年M月d日", "en": "d MMMM yyyy"}


def day_name(day: date, language: Language) -> str:
    """A day near today, without its year."""
    return format_date(day, _DAY[language], locale=language)


def long_day_name(day: date, language: Language) -> str:
    """A day with its year."""
    return format_date(day, _LONG_DAY[language], locale=language)


def clock_time(when: datetime, zone: tzinfo | None, language: Language) -> str:
    """Hours and minutes in the zone; None is this machine's."""
    return format_time(when.astimezone(zone), "HH:mm", locale=language)
