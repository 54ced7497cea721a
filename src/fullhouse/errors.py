"""The errors, split by whose fault they are.

`Refused` is the caller's: it has a code for programs, a sentence for people and an HTTP
status, and never a traceback. Everything else that is raised is a bug of ours.
"""

from typing import Final


class Refused(Exception):
    """A request that Fullhouse understands and will not do.

    Attributes:
        code: a stable word for programs, such as `unknown_room`.
        message: one plain sentence that says what to do instead.
        status: the HTTP status that says the same.
        retry_after: seconds after which trying again makes sense, or None.
    """

    code = "refused"
    status = 400
    message = "The request was refused."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.retry_after: Final = retry_after
        super().__init__(self.message)


class BadSlug(Refused):
    code = "bad_slug"
    message = "A room's name has 1 to 64 of a-z, 0-9 and hyphens between them."


class UnknownRoom(Refused):
    code = "unknown_room"
    status = 404
    message = "There is no room of that name here."


class NotAllowed(Refused):
    code = "not_allowed"
    status = 401
    message = "That key does not open this room."


class NotReady(Refused):
    """Something of ours is away for the moment; the caller may come back."""

    code = "not_ready"
    status = 503
    message = "A part of Fullhouse is starting again. Please try once more."


class Malformed(Refused):
    """Bytes that do not have the form they should have."""

    code = "malformed"
    message = "The request does not have the form it should have."
