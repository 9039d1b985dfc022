"""Contact points as people type them, made one: e-mail addresses and mobile numbers. Pure."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from shared.values.texts import digits_to_ascii

COUNTRY = "IR"
MOST_LETTERS = 254
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_DOMAIN = r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_EMAIL = re.compile(f"{_LOCAL}@{_DOMAIN}")
_BETWEEN = re.compile("[\\s()\u200e\u200f\u2066-\u2069-]+")
_MOBILES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class ContactError(ValueError):
    """A contact point nobody can be reached at: a code for the words, and the values to put into them."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def normal_mobile(text: str, *, country: str = COUNTRY) -> str:
    """The E.164 form of a mobile number in any of the three digit sets, '+989121234567' for '۰۹۱۲ ۱۲۳ ۴۵۶۷'.

    ContactError (`mobile_not_valid`) for what is no whole mobile number, such as 0912345.
    """
    plain = _BETWEEN.sub("", digits_to_ascii(text))
    if not re.fullmatch(r"(\+|00)?\d{5,15}", plain):
        raise ContactError("mobile_not_valid")
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException as error:
        raise ContactError("mobile_not_valid") from error
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILES:
        raise ContactError("mobile_not_valid")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def normal_email(text: str) -> str:
    """The address with its domain in small letters; ContactError (`email_not_valid`) for what is no address."""
    plain = text.strip()
    if len(plain) > MOST_LETTERS or not _EMAIL.fullmatch(plain) or ".." in plain:
        raise ContactError("email_not_valid")
    local, _, domain = plain.rpartition("@")
    if local.startswith(".") or local.endswith("."):
        raise ContactError("email_not_valid")
    return f"{local}@{domain.lower()}"
