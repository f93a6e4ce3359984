"""Every way in which a request can fail, with its code, its HTTP status and its public words.

::

    MultifidusError
    |-- RequestError                 the caller can mend it
    |   |-- MalformedRequest             400 malformed_request
    |   |-- NotFound                     404 not_found
    |   |-- MethodNotAllowed             405 method_not_allowed
    |   |-- PayloadTooLarge              413 payload_too_large
    |   |-- ImageTooLarge                413 image_too_large
    |   |-- ResponseTooLarge             413 response_too_large
    |   |-- UnsupportedMedia             415 unsupported_media
    |   |-- UnsupportedTransferSyntax    415 unsupported_transfer_syntax
    |   |-- UnreadableImage              422 unreadable_image
    |   |-- NoPixelData                  422 no_pixel_data
    |   |-- MultiFrame                   422 multi_frame
    |   |-- TooSmall                     422 too_small
    |   |-- NotGreyscale                 422 not_greyscale
    |   |-- InvalidParameter             422 invalid_parameter
    |   `-- Throttled                    429 throttled
    |-- ServiceError                 the service cannot answer now
    |   |-- Deadline                     503 deadline
    |   |-- ModelUnavailable             503 model_unavailable
    |   |-- ReportDisabled               503 report_disabled
    |   `-- LogUnavailable               503 log_unavailable
    `-- Internal                     500 internal

The text of an error is public: it never holds library text, file names or header values of an
image.
"""

from __future__ import annotations

from typing import ClassVar


class MultifidusError(Exception):
    """Base of all errors that reach a caller.

    Parameters
    ----------
    detail : str, optional
        Words for the caller about this occurrence. Defaults to the class's own sentence.

    Attributes
    ----------
    code : str
        Stable machine-readable name.
    status : int
        HTTP status.
    title : str
        Short human-readable name of the kind of error.
    detail : str
        What happened and what to do about it.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    default_detail: ClassVar[str] = "Something went wrong on our side. Nothing was stored."

    def __init__(self, detail: str | None = None) -> None:
        self.detail = self.default_detail if detail is None else detail
        super().__init__(self.detail)


class Internal(MultifidusError):
    """Anything that is not one of the named errors; says nothing about its cause."""


class RequestError(MultifidusError):
    """The request cannot be answered as it is; the caller can mend it."""

    code = "malformed_request"
    status = 400
    title = "Malformed request"
    default_detail = "The request could not be read."


class MalformedRequest(RequestError):
    """The request is no readable HTTP request, multipart body or base64."""


class NotFound(RequestError):
    """There is no such route."""

    code = "not_found"
    status = 404
    title = "Not found"
    default_detail = "There is nothing at this path. The routes are listed at /docs."


class MethodNotAllowed(RequestError):
    """The route does not take this method."""

    code = "method_not_allowed"
    status = 405
    title = "Method not allowed"
    default_detail = "This path does not take this method. The routes are listed at /docs."


class PayloadTooLarge(RequestError):
    """The upload is over the byte limit."""

    code = "payload_too_large"
    status = 413
    title = "Upload too large"
    default_detail = "The upload is over the limit of 4 MiB."


class ImageTooLarge(RequestError):
    """The image declares more pixels than are decoded here."""

    code = "image_too_large"
    status = 413
    title = "Image too large"
    default_detail = (
        "The image has more than 4.2 megapixels or is more than four times as long as wide."
    )


class ResponseTooLarge(RequestError):
    """The answer would not fit into a response; nothing is dropped silently."""

    code = "response_too_large"
    status = 413
    title = "Response too large"
    default_detail = (
        "The answer would pass 6 MB. Ask for fewer parts with `include`, or send a smaller image."
    )


class UnsupportedMedia(RequestError):
    """The bytes are no DICOM, PNG or JPEG."""

    code = "unsupported_media"
    status = 415
    title = "Unsupported file type"
    default_detail = "The bytes are not a DICOM, PNG or JPEG file."


class UnsupportedTransferSyntax(RequestError):
    """The DICOM file is compressed in a way that has no decoder here."""

    code = "unsupported_transfer_syntax"
    status = 415
    title = "Unsupported DICOM transfer syntax"
    default_detail = "No decoder is installed for this DICOM transfer syntax. Send it uncompressed."


class UnreadableImage(RequestError):
    """The file is truncated, inconsistent or otherwise not decodable."""

    code = "unreadable_image"
    status = 422
    title = "Unreadable image"
    default_detail = "The file is truncated or inconsistent and could not be decoded."


class NoPixelData(RequestError):
    """The DICOM file holds no image."""

    code = "no_pixel_data"
    status = 422
    title = "No pixel data"
    default_detail = "The DICOM file holds no pixel data."


class MultiFrame(RequestError):
    """The DICOM file holds several frames."""

    code = "multi_frame"
    status = 422
    title = "Several frames"
    default_detail = "The DICOM file holds several frames. Send one slice."


class TooSmall(RequestError):
    """The image is below the least size."""

    code = "too_small"
    status = 422
    title = "Image too small"
    default_detail = "The image is smaller than 32 x 32 pixels."


class NotGreyscale(RequestError):
    """The image is in colour."""

    code = "not_greyscale"
    status = 422
    title = "Not a greyscale image"
    default_detail = "The image is in colour; an MRI slice is greyscale."


class InvalidParameter(RequestError):
    """A form field or query parameter is missing or out of range."""

    code = "invalid_parameter"
    status = 422
    title = "Invalid parameter"
    default_detail = "A parameter is missing or out of range."


class Throttled(RequestError):
    """Too many requests at once."""

    code = "throttled"
    status = 429
    title = "Busy"
    default_detail = "Too many requests at once. Try again in a moment."


class ServiceError(MultifidusError):
    """The service cannot answer at present; the same request may succeed later."""

    code = "model_unavailable"
    status = 503
    title = "Model unavailable"
    default_detail = "The segmentation model is not available."


class Deadline(ServiceError):
    """The function is about to run out of time."""

    code = "deadline"
    title = "Out of time"
    default_detail = "The request ran out of time. Try again."


class ModelUnavailable(ServiceError):
    """The model is missing, does not match its manifest, or fails its self-test."""


class ReportDisabled(ServiceError):
    """The report function is not deployed."""

    code = "report_disabled"
    title = "Report not deployed"
    default_detail = "The report function is not deployed here."


class LogUnavailable(ServiceError):
    """The inference log could not be written or read; a lost row never fails a request.

    Attributes
    ----------
    reason : str
        Name of the cause, for the service's own lines; not public.
    """

    code = "log_unavailable"
    title = "Log unavailable"
    default_detail = "The inference log cannot be read at present. Try again."

    def __init__(self, detail: str | None = None, *, reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
