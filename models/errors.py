"""The one exception with which the workshop tells somebody of a mistake."""


class UserError(Exception):
    """A mistake that its maker can repair.

    The message is one line that names the file and says what to do. The command line
    prints it without a traceback and ends with exit code 2.
    """
