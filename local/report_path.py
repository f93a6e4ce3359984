"""Reports beside the API, on the path that an API Gateway would lead to a function of its own."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

REPORT_PATH = "/report"


class WithReport:
    """Hands requests for reports to their app, and every other request on to the API.

    Parameters
    ----------
    api : ASGIApp
        Takes everything else; it would answer that reports are not deployed.
    report : ASGIApp
        Takes every method on the one path.
    """

    def __init__(self, api: ASGIApp, report: ASGIApp) -> None:
        self._api = api
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        for_report = scope["type"] == "http" and scope["path"] == REPORT_PATH
        await (self._report if for_report else self._api)(scope, receive, send)
