"""What a step of setting up says when it cannot be taken."""


class Refused(Exception):
    """Its text is for the reader: why, and what to do. `field` names the field of a form to blame, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
