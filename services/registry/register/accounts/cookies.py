"""The session cookie: never readable by scripts, never sent from other sites, host-only where TLS is."""

from starlette.responses import Response

from shared.kernel.http import COOKIE


def cookie_name(*, secure: bool) -> str:
    """The name a browser keeps the token under; `__Host-` binds it to this host where cookies are Secure."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def set_cookie(response: Response, token: str, *, secure: bool, seconds: int) -> None:
    """Put a token into the browser for as long as it may be renewed."""
    response.set_cookie(
        cookie_name(secure=secure), token, max_age=seconds, path="/", secure=secure, httponly=True, samesite="strict"
    )


def clear_cookie(response: Response, *, secure: bool) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="strict")
