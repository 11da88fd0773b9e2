"""A span of time."""


def span(seconds: float) -> str:
    """Minutes and seconds, with hours before them where it is that long; whole ones."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
