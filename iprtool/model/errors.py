"""What went wrong, as one sentence for the person: what happened, and what to do."""


class IprtoolError(Exception):
    """An error whose text is one sentence fit to be shown; it holds no free text of a participant's."""


class StoreError(IprtoolError):
    """A sealed object, a keyring or a study folder could not be read or written."""


class PassphraseError(StoreError):
    """A keyring was not opened by this passphrase."""


class MediaError(IprtoolError):
    """A recording could not be read, or is none."""


class PlayerError(IprtoolError):
    """The player could not be started or did not answer."""


class CodebookError(IprtoolError):
    """A codebook's file has an error: the file, the line and the reason."""


class GuideError(IprtoolError):
    """An interview guide's file has an error: the file, the line and the reason."""


class ScoreError(IprtoolError):
    """A file of scores, or of an instrument, has an error: the file, the line and the reason."""


class ExportError(IprtoolError):
    """An export could not be written, or does not verify."""
